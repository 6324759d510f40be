"""Callsheet: credits, briefs and queues of a content studio."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("callsheet")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
