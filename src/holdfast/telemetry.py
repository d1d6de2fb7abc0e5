"""Log to standard error, one line a fact, no secret in any; data for programs goes elsewhere."""

import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from holdfast.disk import DroppedLines
from holdfast.redaction.records import clean_records
from holdfast.redaction.redactor import REDACTOR

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("holdfast")


def configure(*, level: str = "INFO", as_json: bool = False) -> None:
    """Send every line to standard error, for people or as JSON, cleaned of secrets."""
    clean_records()
    renderer = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _clean_fields,
            _CleanLine(renderer),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", DroppedLines())),
        cache_logger_on_first_use=False,
    )


def _clean_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return REDACTOR.fields(event)


class _CleanLine:
    """Print a line without what a field's own words brought into it."""

    def __init__(self, renderer: Processor) -> None:
        self._renderer = renderer

    def __call__(self, logger: WrappedLogger, name: str, event: EventDict) -> str:
        return REDACTOR.text(str(self._renderer(logger, name, event)))
