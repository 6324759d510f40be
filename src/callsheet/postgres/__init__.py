"""The one database engine: run it, back it up, and say who may do what in it.

Callsheet speaks PostgreSQL everywhere. Where no ``DATABASE_URL`` is set, this package runs
PostgreSQL from a folder; everywhere it knows the roles and hands out the rights on tables.
"""

from callsheet.postgres.cluster import Cluster, Status
from callsheet.postgres.errors import ClusterError, ClusterVersionError

__all__ = ["Cluster", "ClusterError", "ClusterVersionError", "Status"]
