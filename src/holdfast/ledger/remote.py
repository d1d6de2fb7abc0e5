"""Ask a running desk about its ledger, over its control API.

Rules: loopback only, because the token goes along; the desk's refusal is told as it is.
"""

from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from holdfast.domain.errors import LedgerError
from holdfast.ledger.query import Answer
from holdfast.ledger.standing import RunningDesk
from holdfast.ledger.verify import Report

LOOPBACK = ("127.0.0.1", "localhost", "::1")
QUICK, PATIENT = 10.0, 600.0


def verify(desk: RunningDesk) -> Report:
    """Let the desk verify its own ledger."""
    return msgspec.convert(_post(desk, "/api/ledger/verify", {}, PATIENT), Report)


def query(desk: RunningDesk, sql: str) -> Answer:
    """Ask one SELECT of the live ledger; the desk ends it after five seconds."""
    return msgspec.convert(_post(desk, "/api/ledger/query", {"sql": sql}, QUICK), Answer)


def _post(desk: RunningDesk, path: str, body: dict[str, str], seconds: float) -> Any:  # noqa: ANN401
    if urlsplit(desk.url).hostname not in LOOPBACK:
        raise LedgerError("control.json names another machine; nothing is sent there")
    headers = {"authorization": f"Bearer {desk.token}"}
    try:
        answer = httpx.post(
            f"{desk.url}{path}", json=body, headers=headers, timeout=seconds, trust_env=False
        )
        content = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise LedgerError(f"the running desk does not answer at {desk.url}: {error}") from error
    if answer.is_error:
        message = content.get("message") if isinstance(content, dict) else None
        raise LedgerError(f"the desk refuses: {message or answer.status_code}")
    return content
