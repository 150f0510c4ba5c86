"""The Python client: everything that the panels do, from a notebook or a script."""

from .errors import ConnectionFailed, NotFound, ProblemError, TopsError
from .objects import Algorithm, DatasetVersion, Model, Run, Service
from .workspace import Workspace, connect

__all__ = [
    "Algorithm",
    "ConnectionFailed",
    "DatasetVersion",
    "Model",
    "NotFound",
    "ProblemError",
    "Run",
    "Service",
    "TopsError",
    "Workspace",
    "connect",
]
