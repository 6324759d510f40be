"""Log lines by structlog: our own and those of libraries look the same."""

import logging
import sys

import structlog

from callsheet.config.env import Env


def django_logging(env: Env) -> None:
    """Send all log lines to stderr, as text or as one JSON object per line."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if env.log_format == "json"
        # Plain, because the pretty one takes seconds and shows local variables, passwords too.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    exceptions = [structlog.processors.format_exc_info] if env.log_format == "json" else []
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *exceptions,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(env.log_level)
    # Say at every start, of every command, which tasks there are, and each time one is put off.
    for chatty in ("procrastinate.blueprints", "procrastinate.periodic", "procrastinate.jobs"):
        logging.getLogger(chatty).setLevel("WARNING")
