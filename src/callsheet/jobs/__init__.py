"""Jobs that a worker does: each calls one service, and may run more than once."""

from callsheet.jobs import clock, mail, upkeep

__all__ = ["clock", "mail", "upkeep"]
