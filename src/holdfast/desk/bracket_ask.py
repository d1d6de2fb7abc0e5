"""Ask a running desk for one tick over its control API, and say why where it does not take orders.

Loopback only, because the token goes along. Nothing is tried twice: a tick is a write.
"""

from typing import Any
from urllib.parse import urlsplit

import httpx

from holdfast.domain.errors import CommandRefused
from holdfast.ledger.paths import Runtime
from holdfast.ledger.standing import RunningDesk, standing

PATIENCE_SECONDS = 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_SUCH_PATH = (404, 405)


def ask_for_tick(place: Runtime) -> dict[str, Any]:
    """Let the desk of a runtime run one tick; raise CommandRefused with its reason."""
    with standing(place) as desk:
        if desk is None:
            raise CommandRefused("the desk that held the runtime is gone; do: run the tick again")
        answer = _ask(desk, "POST", "/api/tick")
        if answer.status_code in NO_SUCH_PATH:
            raise CommandRefused(_busy(_body(_ask(desk, "GET", "/api/status"))))
        body = _body(answer)
        if answer.is_error:
            raise CommandRefused(f"the desk refuses: {body.get('message', answer.status_code)}")
        return body


def _ask(desk: RunningDesk, method: str, path: str) -> httpx.Response:
    if urlsplit(desk.url).hostname not in LOOPBACK:
        raise CommandRefused("control.json names another machine; nothing is sent there")
    try:
        return httpx.request(
            method,
            f"{desk.url}{path}",
            headers={"authorization": f"Bearer {desk.token}"},
            timeout=PATIENCE_SECONDS,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise CommandRefused(f"the running desk does not answer at {desk.url}: {error}") from error


def _body(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {}


def _busy(status: dict[str, Any]) -> str:
    mode, tick = status.get("mode", "unknown"), status.get("tick", "unknown")
    return (
        f"a desk runs here (mode {mode}, tick {tick}) and ticks by itself; "
        "do: stop it to tick by hand"
    )
