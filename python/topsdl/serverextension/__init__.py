"""The Jupyter server extension: keeps a companion, proxies to it, signs its owner in."""

from .extension import TopsDLExtension

__all__ = ["TopsDLExtension"]
