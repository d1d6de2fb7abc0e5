"""Compare books and venue once, on demand: through the running desk, or in its place.

Rules: a desk that runs is asked, since it alone holds the ledger; without one the same parts are opened
under the same locks. A look writes nothing. What could not be answered is unavailable, never agreement.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.config.errors import ConfigError
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.desk.control.client import ControlClient, DeskAbsent
from holdfast.desk.control.verb_exchange import Reconciler
from holdfast.desk.exchange.compare import Comparison
from holdfast.desk.status.tally import Tally
from holdfast.domain.errors import CommandRefused, LedgerLocked, VenueError
from holdfast.ledger.paths import Runtime, runtime
from holdfast.ledger.store import DuckDbLedger
from holdfast.safety.hardening import verify_private
from holdfast.wiring.exchange import join_exchange
from holdfast.wiring.locks import DeskLock
from holdfast.wiring.recalled import resume_venue
from holdfast.wiring.road import clock_of, founded, open_road

PATH = "/api/reconcile"


def reconcile(name: str, profiles: Path | None = None, *, apply: bool = False) -> Comparison:
    """Compare the books of a profile's desk with its venue; with `apply`, mend what differs."""
    folder, root = find_profiles(os.environ, named=profiles), home(os.environ, named=profiles)
    profile = load_profile(name, profiles=folder, environ=os.environ, overrides={})
    if profile.venue == "paper":
        raise CommandRefused(
            f"profile {profile.name} trades on paper, whose venue is its own memory; "
            "do: name a profile of an exchange"
        )
    place = runtime(profile.runtime, root)
    try:
        return _ask(place, apply=apply)
    except DeskAbsent:
        pass
    try:
        return _in_its_place(profile, place, root, apply=apply)
    except LedgerLocked as locked:
        return Comparison(result="unavailable", detail=f"the desk does not answer: {locked}")
    except VenueError as fault:
        return Comparison(result="unavailable", detail=str(fault))


def _ask(place: Runtime, *, apply: bool) -> Comparison:
    answer = ControlClient(place.control).post(PATH, {"apply": apply})
    if answer.ok:
        return msgspec.json.decode(answer.content, type=Comparison)
    if answer.code < 500:  # noqa: PLR2004 (HTTP)
        raise CommandRefused(answer.message)
    return Comparison(result="unavailable", detail=answer.message)


def _in_its_place(profile: Profile, place: Runtime, root: Path, *, apply: bool) -> Comparison:
    if not place.ledger.exists():
        raise ConfigError(
            f"there is no ledger in {place.folder}", key="--profile", hint="start its desk first"
        )
    verify_private(place.folder)
    with ExitStack() as stack:
        return _once(profile, place, root, clock_of(profile, place), stack, apply=apply)


def _once(
    profile: Profile, place: Runtime, root: Path, clock: Clock, stack: ExitStack, *, apply: bool
) -> Comparison:
    road = open_road(profile, place, root, clock, stack)
    found = founded(road, "")
    stack.enter_context(DeskLock(place, profile.venue, found.account, profile.symbol))
    market = road.venue.instrument
    ledger = DuckDbLedger.open(place.ledger, clock=clock, base=market.base, quote=market.quote)
    stack.callback(ledger.close)
    made, cursor = join_exchange(road, ledger, Tally(), lambda _seconds: None, stack)
    resume_venue(road.venue, made.desk.books, cursor)
    return Reconciler(gear=made.gear)(made.desk, apply=apply)
