"""Logs: one JSON line per event on standard output. What people search for never reaches them."""

import logging
import sys
import traceback

import orjson
import structlog


def configure_logs(level: str) -> None:
    """Our events and those of libraries, in one shape."""
    number = logging.getLevelNamesMapping()[level]
    processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*processors, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(),  # standard output as it is at the time of an event
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.INFO), force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells at length what it did not have to do


def _dumps(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def where(error: BaseException) -> list[str]:
    """The frames of an error, without its message and values, which may quote a person's query."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
