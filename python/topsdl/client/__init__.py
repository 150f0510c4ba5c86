"""The Python client: everything that the panels do, from a notebook or a script."""

from .errors import ConnectionFailed, NotFound, ProblemError, TopsError
from .objects import Algorithm, DatasetVersion, Model, Run
from .serving import Package, Service
from .shortcuts import algorithm, dataset, model, run, service
from .workspace import Workspace, connect

__all__ = [
    "Algorithm",
    "ConnectionFailed",
    "DatasetVersion",
    "Model",
    "NotFound",
    "Package",
    "ProblemError",
    "Run",
    "Service",
    "TopsError",
    "Workspace",
    "algorithm",
    "connect",
    "dataset",
    "model",
    "run",
    "service",
]
