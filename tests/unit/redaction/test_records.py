"""What other libraries log, and what nobody caught, is cleaned whoever prints it."""

import io
import logging
import subprocess
import sys
import threading

import httpx
import pytest

from holdfast import telemetry
from holdfast.redaction.records import CleanRecord, clean_traceback
from holdfast.redaction.redactor import REDACTOR

VALUE = "TEST_ONLY_record_0123456789_abcdef"


@pytest.fixture(autouse=True)
def _guarded():
    before = logging.getLogRecordFactory()
    telemetry.configure()
    REDACTOR.register(VALUE)
    yield
    logging.setLogRecordFactory(before)


@pytest.fixture
def heard():
    """Listen to a logger with a handler made before and by nobody we know."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    loggers = []

    def listen(name):
        logger = logging.getLogger(name)
        loggers.append((logger, logger.level, logger.propagate, logger.handlers))
        logger.handlers = [handler]  # Prefect's own would ask for a flow run
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        return logger

    yield listen, stream.getvalue
    for logger, level, propagate, handlers in loggers:
        logger.handlers = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def fail():
    try:
        {}[VALUE]
    except KeyError as cause:
        raise ValueError(f"bad answer {VALUE}") from cause


LOGGERS = ["root", "uvicorn.error", "uvicorn.access", "httpx", "ccxt", "prefect.flow_runs", "mine"]


@pytest.mark.parametrize("name", LOGGERS)
def test_every_logger_of_the_process_is_cleaned(heard, name):
    listen, told = heard
    logger = listen(name if name != "root" else None)
    logger.info("plain " + VALUE)  # noqa: G003 (as others do)
    logger.info("argument %s and %r", VALUE, {"key": VALUE})
    logger.info("mapping %(key)s", {"key": VALUE})
    logger.warning("object %s", ValueError(VALUE))
    logger.debug("headers %s", {"API-Key": "abc", "API-Sign": "def/=="})
    assert VALUE not in told()
    assert "abc" not in told()
    assert told().count("***") >= 7


def test_a_logged_traceback_with_its_causes_is_cleaned(heard):
    listen, told = heard
    logger = listen("mine.failing")
    try:
        fail()
    except ValueError:
        logger.exception("failed", stack_info=True)
    assert "Traceback" in told()
    assert "Stack (most recent call last)" in told()
    assert VALUE not in told()


def test_uvicorns_own_formatter_reads_clean_arguments():
    from uvicorn.logging import AccessFormatter

    record = CleanRecord(
        "uvicorn.access",
        logging.INFO,
        __file__,
        1,
        '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:1", "GET", f"/x?token=abc&v={VALUE}", "1.1", 200),
        None,
    )
    line = AccessFormatter("%(request_line)s %(status_code)s", use_colors=False).format(record)
    assert "GET /x?token=***&v=*** HTTP/1.1" in line


def test_httpx_logs_an_address_without_its_secrets(heard):
    listen, told = heard
    listen("httpx")
    answer = httpx.MockTransport(lambda _: httpx.Response(200))
    with httpx.Client(transport=answer) as client:
        client.get(f"https://me:word@h.example/bot123456789:{'A' * 35}/x?otp=123456&k={VALUE}")
    assert "HTTP Request: GET https://" in told()
    for secret in (VALUE, "word", "123456&", "A" * 35):
        assert secret not in told()


def test_our_own_log_is_cleaned_by_value_by_name_and_in_json(capsys):
    for as_json in (False, True):
        telemetry.configure(as_json=as_json)
        telemetry.log.info(f"message {VALUE}", why=VALUE, otp="abc", nested={"a": [VALUE]})
        telemetry.log.info("an error", error=ValueError(VALUE))
        try:
            fail()
        except ValueError:
            telemetry.log.exception("failed")
    told = capsys.readouterr().err
    assert VALUE not in told
    assert "abc" not in told
    assert told.count("***") >= 12
    telemetry.configure()


def test_an_exception_is_told_without_secrets():
    try:
        fail()
    except ValueError as error:
        told = clean_traceback(error)
    assert "KeyError: '***'" in told
    assert "ValueError: bad answer ***" in told


UNCAUGHT = """
import sys, threading
from holdfast.redaction.records import clean_exceptions
from holdfast.redaction.redactor import REDACTOR
VALUE = "".join(["TEST_ONLY_", "uncaught_0123456789"])
REDACTOR.register(VALUE)
clean_exceptions()
one = threading.Thread(target=lambda: (_ for _ in ()).throw(KeyError(VALUE)), name="helper")
one.start(); one.join()
raise ValueError("bad " + VALUE)
"""


def test_what_nobody_caught_in_any_thread_is_cleaned():
    done = subprocess.run(
        [sys.executable, "-c", UNCAUGHT], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "TEST_ONLY_uncaught" not in done.stderr
    assert "ValueError: bad ***" in done.stderr
    assert "Exception in thread helper" in done.stderr
    assert "KeyError: ***" in done.stderr.replace("'", "")


def test_threads_may_log_while_secrets_are_added():
    faults = []

    def add(number):
        try:
            for index in range(20):
                REDACTOR.register(f"TEST_ONLY_thread_{number}_{index}")
                assert REDACTOR.text(VALUE) == "***"
        except AssertionError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
