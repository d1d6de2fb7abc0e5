"""The control API of a desk: what it is, what it can be asked, and asking it.

Its thread never touches the desk: it reads the board, and hands commands to the inbox, whose answer
it awaits for ten seconds. A command the desk has not begun by then is withdrawn; nothing is half
done. Paths are exact; docs/api.md lists them.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from holdfast.clock import Clock
from holdfast.desk.control.evidence import evidence_of
from holdfast.desk.control.gate import Gate, said
from holdfast.desk.control.payload import read_object
from holdfast.desk.control.verb_parameters import Arguments, BadPayload
from holdfast.desk.control.verbs import Ask, Verb, journal, listed, perform, understand
from holdfast.desk.desk import Desk
from holdfast.desk.inbox import Inbox
from holdfast.desk.status.board import StatusBoard
from holdfast.desk.status.metrics import CONTENT_TYPE, Metrics
from holdfast.desk.status.slots import encode
from holdfast.desk.status.why import why
from holdfast.domain.bookkeeping import Note
from holdfast.domain.errors import CommandRefused, HoldfastError

PATIENCE_SECONDS = 10.0
READY_SECONDS = 30.0
SETTLE_SECONDS = 0.5
PRINCIPAL = re.compile(r"[a-z0-9][a-z0-9:._-]{0,63}")
PATHS = (
    ("GET", "/healthz", "200 while the process is alive; no token"),
    ("GET", "/readyz", "200 while ticks come, else 503 with the reason; no token"),
    ("GET", "/metrics", "counters, gauges and histograms as Prometheus text"),
    ("GET", "/api/status", "the whole status, as docs/schema/status.json describes it"),
    ("GET", "/api/verbs", "every verb with its parameters"),
    ("GET", "/api/why/{slot}", "why a slot stands as it does, in sentences"),
    ("POST", "/api/action", "do one verb: {action, …}"),
    ("POST", "/api/evidence", "note what a step of a drill or runbook came to: {kind, name, …}"),
    (
        "POST",
        "/api/reconcile",
        "compare books and exchange, and with {apply: true} mend what differs",
    ),
    ("POST", "/api/ledger/query", "ask one SELECT of the live ledger: {sql}"),
    ("POST", "/api/ledger/verify", "prove the live ledger"),
)


class Reconcile(Protocol):
    """Compares books and venue in the desk's thread."""

    def __call__(self, desk: Desk, *, apply: bool) -> object:
        """Look; with `apply`, mend."""


class LedgerDoors(msgspec.Struct, frozen=True, kw_only=True):
    """How the ledger may be asked: `settle` in the desk's thread, the others in any, by a new way in.

    `settle` brings the tables up to the last event; where it cannot, they are asked as they stand.
    """

    settle: Callable[[], object]
    query: Callable[[str], object]
    verify: Callable[[], object]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the API is made of; `changed` reports the desk again after a command.

    `scrape_token` opens /metrics and nothing else.
    """

    board: StatusBoard
    inbox: Inbox
    verbs: Sequence[Verb]
    metrics: Metrics
    clock: Clock
    changed: Callable[[Desk], object]
    ledger: LedgerDoors | None = None
    patience: float = PATIENCE_SECONDS
    ready_within: float = READY_SECONDS
    scrape_token: str = ""
    reconcile: Reconcile | None = None


def create_app(parts: Parts, token: str) -> ASGIApp:
    """Make the application; it holds no state of its own."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(CommandRefused, _refused)
    app.add_exception_handler(Exception, _failed)
    routes = _Routes(parts)
    for method, path, _ in PATHS:
        app.add_api_route(
            path, routes.of(path), methods=[method], response_model=None, include_in_schema=False
        )
    return Gate(app, token, parts.scrape_token)


class _Routes:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._verbs = encode({"verbs": listed(parts.verbs)})
        self._ledger_turn = asyncio.Lock()

    def of(self, path: str) -> Callable[..., Any]:
        routes: dict[str, Callable[..., Any]] = {
            "/healthz": self.healthz,
            "/readyz": self.readyz,
            "/metrics": self.metrics,
            "/api/status": self.status,
            "/api/verbs": self.verbs,
            "/api/why/{slot}": self.why,
            "/api/action": self.action,
            "/api/evidence": self.evidence,
            "/api/reconcile": self.reconcile,
            "/api/ledger/query": self.query,
            "/api/ledger/verify": self.verify,
        }
        return routes[path]

    async def healthz(self) -> Response:
        return said(200, "alive", ok=True)

    async def readyz(self) -> Response:
        snapshot = self._parts.board.read()
        if snapshot is None:
            return said(503, "the desk has not begun to tick")
        age = self._parts.clock.monotonic() - snapshot.ticked
        if not snapshot.running:
            return said(503, "the desk has stopped")
        if age > self._parts.ready_within:
            return said(503, f"the last tick was {age:.0f} s ago")
        return said(200, "ready", ok=True)

    async def metrics(self) -> Response:
        return Response(self._parts.metrics.render(), media_type=CONTENT_TYPE)

    async def status(self) -> Response:
        snapshot = self._parts.board.read()
        if snapshot is None:
            return said(503, "the desk has no status yet")
        return _json(snapshot.body)

    async def verbs(self) -> Response:
        return _json(self._verbs)

    async def why(self, slot: str) -> Response:
        if not slot.isascii() or not slot.isdigit() or len(slot) > 9:  # noqa: PLR2004 (digits)
            raise BadPayload("a slot is named by its number")
        number = int(slot)
        answer = await self._await(self._parts.inbox.ask(lambda desk: why(desk, number)))
        if isinstance(answer, Response):
            return answer
        return _json(encode({"slot_id": number, "why": answer}))

    async def action(self, request: Request) -> Response:
        parts = self._parts
        payload = await read_object(request)
        ask = understand(parts.verbs, payload, _principal(request))
        if ask.verb.at_once is not None:
            return await self._at_once(ask, ask.verb.at_once)
        answer = await self._await(parts.inbox.ask(lambda desk: self._do(desk, ask)))
        return answer if isinstance(answer, Response) else said(200, str(answer), ok=True)

    async def _at_once(self, ask: Ask, act: Callable[[Arguments], str]) -> Response:
        try:
            code, message = 200, await asyncio.to_thread(act, ask.told)
        except CommandRefused as refusal:
            code, message = 400, str(refusal)
        except HoldfastError as fault:  # done, and not remembered: a stop that is on no disk
            code, message = 507, str(fault)
        accepted = code == 200  # noqa: PLR2004 (HTTP)
        self._parts.inbox.ask(lambda desk: self._journal(desk, ask, accepted, message))
        return said(code, message, ok=accepted)

    def _journal(self, desk: Desk, ask: Ask, accepted: bool, message: str) -> None:
        journal(desk, ask, accepted=accepted, message=message)
        self._parts.changed(desk)

    async def reconcile(self, request: Request) -> Response:
        payload = await read_object(request)
        apply, ask = payload.get("apply", False), self._parts.reconcile
        if payload.keys() - {"apply"} or not isinstance(apply, bool):
            raise BadPayload("say {apply: true or false}")
        if ask is None:
            return said(400, "this desk's venue is its own memory: there is nothing to compare")
        answer = await self._await(self._parts.inbox.ask(lambda desk: ask(desk, apply=apply)))
        return answer if isinstance(answer, Response) else _json(msgspec.json.encode(answer))

    async def evidence(self, request: Request) -> Response:
        note = evidence_of(await read_object(request))
        answer = await self._await(self._parts.inbox.ask(lambda desk: self._note(desk, note)))
        return answer if isinstance(answer, Response) else said(200, "noted", ok=True)

    async def query(self, request: Request) -> Response:
        payload = await read_object(request)
        sql = payload.get("sql")
        if payload.keys() != {"sql"} or not isinstance(sql, str):
            raise BadPayload("say {sql: one SELECT}")
        await self._settle()
        return await self._ask_ledger(lambda doors: doors.query(sql))

    async def verify(self, request: Request) -> Response:
        if await read_object(request):
            raise BadPayload("verify takes nothing")
        return await self._ask_ledger(lambda doors: doors.verify())

    def _note(self, desk: Desk, note: Note) -> None:
        """Keep evidence where whoever asks for it next finds it."""
        desk.note(note)
        if self._parts.ledger is not None:
            self._parts.ledger.settle()

    def _do(self, desk: Desk, ask: Ask) -> str:
        try:
            return perform(desk, ask)
        finally:
            self._parts.changed(desk)

    async def _await(self, future: "Future[Any]", patience: float | None = None) -> object:
        waiting = asyncio.wrap_future(future)
        patience = self._parts.patience if patience is None else patience
        done, _ = await asyncio.wait({waiting}, timeout=patience)
        if done:
            return waiting.result()
        if future.cancel():
            return said(503, "the desk is busy; the command was withdrawn and nothing was done")
        waiting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return said(503, "the desk has begun and is not done yet; look at the status")

    async def _settle(self) -> None:
        """Bring the tables up where the desk has a moment for it; else they are asked as they stand."""
        doors = self._parts.ledger
        if doors is not None:
            asked = self._parts.inbox.ask(lambda _: doors.settle())
            await self._await(asked, min(SETTLE_SECONDS, self._parts.patience))

    async def _ask_ledger(self, ask: Callable[[LedgerDoors], object]) -> Response:
        doors = self._parts.ledger
        if doors is None:
            return said(503, "this desk's ledger cannot be asked")
        async with self._ledger_turn:
            try:
                found = await asyncio.to_thread(ask, doors)
            except HoldfastError as refusal:
                return said(400, str(refusal))
        return _json(msgspec.json.encode(found, enc_hook=str))


def _principal(request: Request) -> str:
    named = request.headers.get("x-holdfast-principal", "api")
    if not PRINCIPAL.fullmatch(named):
        raise BadPayload("X-Holdfast-Principal is not a short lower-case name")
    return named


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def _not_found(request: Request, error: Exception) -> Response:
    del request
    code = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    answer = said(
        code, {404: "there is no such path", 405: "not with this method"}.get(code, str(error))
    )
    answer.headers.update(headers or {})
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    del request
    return said(400, str(error))


async def _failed(request: Request, error: Exception) -> Response:
    del request, error
    return said(500, "internal server error")
