"""Callsheet: credits, briefs and queues of a content studio."""

__version__: str


def __getattr__(name: str) -> str:
    # Looked up when it is asked for: the look-up imports much, and few ask.
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("callsheet")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"
