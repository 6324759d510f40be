"""Jobs that a worker does: each calls one service, and may run more than once."""

from callsheet.jobs import clock, dates, files, mail, notifying, upkeep

__all__ = ["clock", "dates", "files", "mail", "notifying", "upkeep"]
