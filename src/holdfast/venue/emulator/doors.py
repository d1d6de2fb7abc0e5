"""Answer over HTTP: Kraken's two trees of paths, with everything a fault plan does on the road.

Rules: a delay is time of the machine; `drop` closes the connection without a word; a page of a 5xx is
HTML, as a proxy in front of an exchange sends it. One request is applied at a time.
"""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from holdfast.venue.emulator import refusals
from holdfast.venue.emulator.gate import Gate, Knock
from holdfast.venue.emulator.params import Given, read_body
from holdfast.venue.emulator.public import PUBLIC
from holdfast.venue.emulator.reading import READING
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.session import KEY_INFO, Answer, Session
from holdfast.venue.emulator.state import Rule
from holdfast.venue.emulator.trading import TRADING
from holdfast.venue.emulator.transports import hang_up

PRIVATE = frozenset({*READING, *TRADING, KEY_INFO})
LARGEST_BODY = 1 << 20


class Doors:
    """The public and the private tree."""

    def __init__(self, session: Session, gate: Gate) -> None:
        self._session = session
        self._gate = gate

    async def public(self, request: Request) -> Response:
        """Answer a public request."""
        endpoint = request.path_params["endpoint"]
        if endpoint not in PUBLIC:
            return _answered(Answer(None, refusals.METHOD))
        given: Given = dict(request.query_params)
        acting = self._session.meet(endpoint, given)
        early = await self._before(request, endpoint, acting)
        if early is not None:
            return early
        answer = self._session.public(endpoint, given)
        return await self._after(request, acting, answer)

    async def private(self, request: Request) -> Response:
        """Answer a private request."""
        endpoint = request.path_params["endpoint"]
        if endpoint not in PRIVATE or request.method != "POST":
            return _answered(Answer(None, refusals.METHOD))
        body = await request.body()
        try:
            given = read_body(body[:LARGEST_BODY], request.headers.get("content-type", ""))
        except Refused as error:
            return _answered(Answer(None, error.text))
        acting = self._session.meet(endpoint, given)
        early = await self._before(request, endpoint, acting)
        if early is not None:
            return early
        answer = self._gate.enter(_knock(request, endpoint, body, given), acting)
        return await self._after(request, acting, answer)

    async def _before(
        self, request: Request, endpoint: str, acting: Sequence[Rule]
    ) -> Response | None:
        for rule in acting:
            if rule.kind == "delay" and rule.when == "before":
                await asyncio.sleep(float(rule.seconds))
            elif rule.kind == "drop_request":
                return await hang_up(request)
            elif rule.kind == "http_5xx" and rule.when == "before":
                return _page(rule.status)
            elif text := _refusal(rule, endpoint):
                return _answered(self._session.turn_away(text))
        return None

    @staticmethod
    async def _after(request: Request, acting: Sequence[Rule], answer: Answer) -> Response:
        for rule in acting:
            if rule.kind == "delay" and rule.when == "after":
                await asyncio.sleep(float(rule.seconds))
            elif rule.kind == "drop_answer":
                return await hang_up(request)
            elif rule.kind == "http_5xx" and rule.when == "after":
                return _page(rule.status)
            elif rule.kind == "error" and rule.when == "after":
                return _answered(Answer(None, rule.text))
        return _answered(answer)


def _refusal(rule: Rule, endpoint: str) -> str:
    if rule.kind == "rate_limit":
        return refusals.ENGINE_RATE if endpoint in TRADING else refusals.REST_RATE
    if rule.kind == "invalid_nonce":
        return refusals.NONCE
    return rule.text if rule.kind == "error" and rule.when == "before" else ""


def _knock(request: Request, endpoint: str, body: bytes, given: Given) -> Knock:
    return Knock(
        path=request.url.path,
        endpoint=endpoint,
        key=request.headers.get("api-key", ""),
        sign=request.headers.get("api-sign", ""),
        body=body,
        given=given,
        address=request.client.host if request.client else "",
    )


def _answered(answer: Answer) -> Response:
    return Response(answer.wire(), media_type="application/json")


def _page(status: int) -> Response:
    body = f"<html><head><title>{status}</title></head><body><h1>Error {status}</h1></body></html>"
    return HTMLResponse(body, status_code=status)
