"""Answer the administrator, under /emulator/: state, clock, faults, orders by hand, money, audit.

Rules: what changes or shows the account needs the token of `venue.json`; the clock may be read and
waited for by anybody on this machine. A bad request changes nothing and says what is allowed.
"""

import asyncio
import hmac

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from holdfast.venue.emulator.offices import OFFICES
from holdfast.venue.emulator.overview import audit, overview
from holdfast.venue.emulator.parking import Parking
from holdfast.venue.emulator.plan import PlanFault, read_plan
from holdfast.venue.emulator.session import Session

BAD, UNSIGNED, CONFLICT = 400, 401, 409
PATIENCE = 60.0
FURTHEST = 1 << 55


class Admin:
    """The administrator's tree of paths."""

    def __init__(self, session: Session, parking: Parking, token: str) -> None:
        self._session = session
        self._parking = parking
        self._token = token

    async def health(self, _request: Request) -> Response:
        """Say that it runs."""
        return _told({"ok": True, "now_us": self._session.clock.now()})

    async def state(self, request: Request) -> Response:
        """Tell everything; `?rows=0` leaves the lists of what is over out."""
        if not self._trusts(request):
            return _refused(UNSIGNED, "the token of venue.json is missing")
        self._session.core.advance(self._session.clock.now())
        told = overview(self._session, rows=request.query_params.get("rows", "1") != "0")
        return _told({**told, "parked": self._parking.list()})

    async def audit(self, request: Request) -> Response:
        """Tell how often each client's id was accepted."""
        if not self._trusts(request):
            return _refused(UNSIGNED, "the token of venue.json is missing")
        return _told(audit(self._session.core))

    async def clock(self, request: Request) -> Response:
        """Tell the time, and who waits; `?parked=N&timeout=S` waits until so many do."""
        if request.method == "POST":
            return await self._move(request)
        wanted = request.query_params.get("parked", "")
        if wanted.isdigit():
            seconds = request.query_params.get("timeout", "10")
            patience = float(seconds) if seconds.replace(".", "", 1).isdigit() else PATIENCE
            await self._parking.until_parked(int(wanted), min(patience, PATIENCE))
        return _told(self._time())

    async def park(self, request: Request) -> Response:
        """Answer when virtual time has reached `until_us`."""
        given = await _given(request)
        until = given.get("until_us") if given is not None else None
        if given is None or not _whole(until):
            return _refused(BAD, "until_us: a whole number of microseconds is wanted")
        waiting = asyncio.create_task(
            self._parking.wait(str(given.get("name", "")), int(str(until)))
        )
        leaving = asyncio.ensure_future(request.receive())
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (waiting, leaving):
            task.cancel()
        return _told(self._time())

    async def faults(self, request: Request) -> Response:
        """Put a fault plan in force; no rules clear it."""
        given = await _given(request)
        if not self._trusts(request) or given is None:
            return _refused(UNSIGNED if given is not None else BAD, "a token and a plan are wanted")
        plan = {key: value for key, value in given.items() if key != "append"}
        origin, now = self._session.founding.clock.origin, self._session.clock.now()
        try:
            rules = read_plan(plan, origin=origin, now=now)
        except PlanFault as error:
            return _refused(BAD, str(error))
        return self._done("faults", {"rules": rules, "append": bool(given.get("append"))})

    async def office(self, request: Request) -> Response:
        """Do one of the administrator's errands."""
        verb, given = request.path_params["verb"], await _given(request)
        if f"emulator/{verb}" not in OFFICES or verb == "faults":
            return _refused(404, f"no such errand: {verb[:20]}")
        if not self._trusts(request) or given is None:
            return _refused(UNSIGNED if given is not None else BAD, "a token and a body are wanted")
        return self._done(verb, given)

    def _done(self, verb: str, given: dict[str, object]) -> Response:
        plain = msgspec.json.decode(msgspec.json.encode(given), type=dict[str, object])
        answer = self._session.office(verb, plain)
        if answer.error:
            return _refused(BAD, answer.error)
        return _told(answer.result or {})

    async def _move(self, request: Request) -> Response:
        given, clock = await _given(request), self._session.clock
        if not self._trusts(request):
            return _refused(UNSIGNED, "the token of venue.json is missing")
        if not clock.settings.lock_step:
            return _refused(
                CONFLICT, "this clock runs by itself; start with --lock-step to move it"
            )
        if given is None or len(given) != 1 or not set(given) <= {"advance_us", "to_us"}:
            return _refused(BAD, "one of advance_us and to_us is wanted")
        ((name, value),) = given.items()
        if not _whole(value):
            return _refused(BAD, f"{name}: a whole number of microseconds is wanted")
        to = int(str(value)) + (clock.now() if name == "advance_us" else 0)
        if to < clock.now():
            return _refused(CONFLICT, "time does not go back")
        self._session.move(to)
        self._parking.wake()
        return _told(self._time())

    def _time(self) -> dict[str, object]:
        settings = self._session.clock.settings
        return {
            "now_us": self._session.clock.now(),
            "lock_step": settings.lock_step,
            "speed": str(settings.speed),
            "parked": self._parking.list(),
        }

    def _trusts(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), self._token.encode())


async def _given(request: Request) -> dict[str, object] | None:
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=dict[str, object])
    except msgspec.MsgspecError:
        return None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < FURTHEST


def _told(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


def _refused(status: int, text: str) -> Response:
    body = msgspec.json.encode({"error": text})
    return Response(body, status_code=status, media_type="application/json")
