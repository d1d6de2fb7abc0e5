"""Stand in front of every request: only this machine, only with the token, never a traceback out.

`/healthz` and `/readyz` need no token. A Host that is not loopback is refused, which is what keeps a
web page from reaching the API under a name of its own; no answer permits another origin. A scraper
may have a token of its own, which is good for /metrics alone.
"""

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from holdfast.redaction.redactor import REDACTOR
from holdfast.telemetry import log

METRICS_PATH = "/metrics"
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_NO_STORE = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class Shield:
    """Turn what goes wrong inside into a plain answer, and let nothing be kept by who passes it on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            return
        started = False

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", []), *_NO_STORE]
            await send(message)

        refusal = self.refuse(scope)
        try:
            await (refusal or self._app)(scope, receive, answer)
        except Exception:  # noqa: BLE001 (whatever it is, the asker gets a plain answer)
            log.exception(f"{scope['method']} {scope['path']} failed")
            if not started:
                await said(500, "internal server error")(scope, receive, answer)

    def refuse(self, scope: Scope) -> JSONResponse | None:
        """Answer a request that must not get in; None lets it in."""
        del scope
        return None


class Gate(Shield):
    """Check host and token before a request gets in."""

    def __init__(self, app: ASGIApp, token: str, scrape_token: str = "") -> None:
        super().__init__(app)
        self._wanted = f"Bearer {token}".encode()
        self._scraper = f"Bearer {scrape_token}".encode() if scrape_token else self._wanted

    def refuse(self, scope: Scope) -> JSONResponse | None:
        """Refuse what is not of this machine, or lacks the token."""
        headers = Headers(scope=scope)
        if _host(headers.get("host", "")) not in LOOPBACK:
            return said(403, "this API answers to this machine only")
        if scope["path"] in OPEN_PATHS:
            return None
        given = headers.get("authorization", "").encode()
        known = secrets.compare_digest(given, self._wanted)
        if scope["path"] == METRICS_PATH:
            known |= secrets.compare_digest(given, self._scraper)
        if not known:
            refusal = said(401, "a bearer token is needed; it is in control.json of the runtime")
            refusal.headers["www-authenticate"] = "Bearer"
            return refusal
        return None


def said(code: int, message: str, *, ok: bool = False) -> JSONResponse:
    """Answer with one sentence."""
    return JSONResponse({"ok": ok, "message": REDACTOR.text(message)}, status_code=code)


def _host(text: str) -> str:
    name, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        name = text
    return name.lower()
