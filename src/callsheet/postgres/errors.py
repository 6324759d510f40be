"""What can go wrong with the embedded server, said so that one knows what to do next."""


class ClusterError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the text says why and what helps."""


class ClusterVersionError(ClusterError):
    """The data folder belongs to another major version of PostgreSQL."""
