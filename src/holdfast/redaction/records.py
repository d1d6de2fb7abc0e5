"""Clean what the standard library logs, whoever logs it: uvicorn, httpx, ccxt, Prefect, our own.

Rules: the record itself is clean, so that it does not matter which handler prints it or when that
was made; tracebacks and uncaught exceptions are cleaned on the way out.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from holdfast.redaction.redactor import REDACTOR


class CleanRecord(logging.LogRecord):
    """A record that never tells a secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (the base's own)
        super().__init__(*args, **kwargs)
        # Some formatters read the arguments one by one and never ask for the message.
        if isinstance(self.args, tuple):
            self.args = tuple(_clean(each) for each in self.args)
        elif isinstance(self.args, Mapping):
            self.args = {key: _clean(each) for key, each in self.args.items()}

    def getMessage(self) -> str:  # noqa: N802 (the base's name)
        """Return the message without secrets."""
        return REDACTOR.text(super().getMessage())

    def __setattr__(self, name: str, value: object) -> None:
        """Clean the traceback a formatter leaves on the record."""
        if name in {"exc_text", "stack_info"} and isinstance(value, str):
            value = REDACTOR.text(value)
        super().__setattr__(name, value)


def clean_records() -> None:
    """Clean all records of this process from now on."""
    logging.setLogRecordFactory(CleanRecord)


def clean_exceptions() -> None:
    """Clean what uncaught exceptions print, in every thread."""
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def clean_traceback(error: BaseException) -> str:
    """Tell an exception with its causes, without secrets."""
    return REDACTOR.text("".join(traceback.format_exception(error)))


def _uncaught(_: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(clean_traceback(error.with_traceback(trace)))


def _uncaught_in_thread(happened: threading.ExceptHookArgs) -> None:
    if happened.exc_value is None or isinstance(happened.exc_value, SystemExit):
        return
    name = happened.thread.name if happened.thread else "unknown"
    sys.stderr.write(f"Exception in thread {name}:\n{clean_traceback(happened.exc_value)}")


def _clean(argument: object) -> object:
    return REDACTOR.clean(argument) if isinstance(argument, str | bytes | dict | list) else argument
