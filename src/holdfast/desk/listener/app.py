"""The signal endpoint: `POST /signals`, and `/healthz` for who watches it.

It tells who speaks before it looks at what is said: a body that cannot be told apart from a stranger's
is answered 401 whatever is wrong with it. No answer repeats an exception.
"""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.desk.control.gate import Shield, said
from holdfast.desk.control.payload import TooLong, parse_object, read_body
from holdfast.desk.control.verb_parameters import BadPayload
from holdfast.desk.inbox import Inbox
from holdfast.desk.listener.intake import Intake, Taken
from holdfast.desk.listener.signals import read_signal
from holdfast.desk.listener.signature import SIGNATURE, TIMESTAMP, is_signed, sent_at
from holdfast.desk.listener.sources import Source, check
from holdfast.domain.market import SECOND

MOST_BYTES = 16 * 1024
PATIENCE_SECONDS = 10.0
NOBODY = Source(name="", principal="", secret=bytes(32))
PATH = "/signals"


class ListenerParts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the endpoint is made of; `max_age` says how many seconds a principal's signals live."""

    sources: Mapping[str, Source]
    inbox: Inbox
    intake: Intake
    clock: Clock
    max_age: Callable[[str], int]
    patience: float = PATIENCE_SECONDS


def create_listener(parts: ListenerParts) -> ASGIApp:
    """Make the application; refuse to where it could not tell who speaks."""
    check(parts.sources)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(HTTPException, _no_such)
    app.add_exception_handler(TooLong, _too_long)
    app.add_exception_handler(BadPayload, _refused)
    app.add_exception_handler(Exception, _failed)
    endpoint = _Endpoint(parts)
    app.add_api_route("/healthz", endpoint.healthz, methods=["GET"], response_model=None)
    app.add_api_route(PATH, endpoint.receive, methods=["POST"], response_model=None)
    return Shield(app)


class _Endpoint:
    def __init__(self, parts: ListenerParts) -> None:
        self._parts = parts

    async def healthz(self) -> Response:
        return said(200, "listening", ok=True)

    async def receive(self, request: Request) -> Response:
        parts, now = self._parts, self._parts.clock.wall()
        body = await read_body(request, MOST_BYTES)
        source = parts.sources.get(_named(body), NOBODY)
        stamp = request.headers.get(TIMESTAMP, "")
        signed = is_signed(source.secret, stamp, body, request.headers.get(SIGNATURE, ""))
        sent = sent_at(stamp, now)
        if source is NOBODY or not signed or sent is None:
            parts.intake.counts[source.name, "unsigned"] += 1
            return said(401, "not signed by a source of this desk, or not now")
        lives = parts.max_age(source.principal) * SECOND
        signal = read_signal(parse_object(body), body, source, sent, min(sent, now) + lives)
        future = parts.inbox.ask(lambda desk: parts.intake.receive(desk, signal))
        return await self._await(future, signal.key)

    async def _await(self, future: "Future[Taken]", key: str) -> Response:
        waiting = asyncio.wrap_future(future)
        done, _ = await asyncio.wait({waiting}, timeout=self._parts.patience)
        if done:
            return _answer(waiting.result(), key)
        future.cancel()
        waiting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return said(503, "the desk is busy; send it again, it is taken once")


def _named(body: bytes) -> str:
    try:
        name = parse_object(body).get("source")
    except BadPayload:
        return ""
    return name if isinstance(name, str) else ""


def _answer(taken: Taken, key: str) -> Response:
    conflict = taken.status == "signal_conflict"
    content = {
        "ok": not conflict,
        "status": taken.status,
        "state": taken.state,
        "signal": key,
    }
    if conflict:
        content["message"] = "this signal came before with another content"
    return JSONResponse(content, status_code=409 if conflict else 200)


async def _no_such(request: Request, error: Exception) -> Response:
    del request
    code = error.status_code if isinstance(error, HTTPException) else 500
    return said(code, {404: "there is no such path", 405: "not with this method"}.get(code, "no"))


async def _too_long(request: Request, error: Exception) -> Response:
    del request
    return said(413, str(error))


async def _failed(request: Request, error: Exception) -> Response:
    del request, error
    return said(500, "internal server error")


async def _refused(request: Request, error: Exception) -> Response:
    del request
    return said(400, str(error))
