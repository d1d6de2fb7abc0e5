"""Lay the road from a profile to its venue: clock, keys, execution mode, connection.

Rules: keys are read first, the mode is there before the venue is, and nothing can leave before it says
LIVE; everything closes with the stack.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.config.profile import Profile
from holdfast.desk.exchange.counted import CallCounts
from holdfast.desk.exchange.mode import BookOrders
from holdfast.domain.bookkeeping import LedgerFounded
from holdfast.domain.errors import VenueError
from holdfast.ledger.paths import Runtime
from holdfast.venue.ccxt_venue import Account, CcxtVenue
from holdfast.venue.port import VenueOrder
from holdfast.wiring.keys import KeyLook, Keyring, open_keys
from holdfast.wiring.modes import ModeParts, open_mode, warn_of
from holdfast.wiring.venue_time import FOLDER, VenueTime, await_exchange

LIVE_MODES = ("CANARY_LIVE", "LIVE")
EMULATOR = "emulator"


class HeardVenue(CcxtVenue):
    """A venue that tells what rests, whenever the whole of it was asked for."""

    resting: Callable[[Sequence[VenueOrder]], None] | None = None

    def open_orders(self) -> Sequence[VenueOrder]:
        """List what rests in this market, whoever placed it."""
        rows = super().open_orders()
        if self.resting is not None:
            self.resting(rows)
        return rows

    def price(self) -> Decimal:
        """Say what the market stands at now; no order is looked at."""
        return self._reads.quotation().mark


class Road(msgspec.Struct, kw_only=True):
    """What lies between a profile and its venue."""

    profile: Profile
    place: Runtime
    clock: Clock
    keyring: Keyring
    mode: ModeParts
    orders: BookOrders
    venue: HeardVenue
    calls: CallCounts
    look: KeyLook | None = None


def clock_of(profile: Profile, place: Runtime) -> Clock:
    """Choose the clock a profile goes by."""
    if profile.settings.clock_source == "machine":
        return SystemClock()
    return VenueTime(place.folder / FOLDER, profile.runtime)


def open_road(profile: Profile, place: Runtime, root: Path, clock: Clock, stack: ExitStack) -> Road:
    """Read the keys, open mode and venue; nothing can leave before the mode says LIVE."""
    keyring = open_keys(profile, root, clock, stack)
    orders = BookOrders()
    held: list[Road] = []
    password = keyring.secret("mode_store_password")
    mode = open_mode(
        lambda: held[0].profile if held else profile,
        place,
        clock,
        orders,
        password=None if password is None else password.reveal(),
    )
    stack.callback(mode.reader.close)
    warn_of(mode.reader.store)
    calls = CallCounts()
    nonce = SystemClock().wall  # it has to rise over all lives, also where market time stands
    account = _account(profile, place, keyring)
    venue = HeardVenue(account, mode.boundary, clock, nonce=nonce, observer=calls)
    stack.callback(venue.close)
    road = Road(
        profile=profile,
        place=place,
        clock=clock,
        keyring=keyring,
        mode=mode,
        orders=orders,
        venue=venue,
        calls=calls,
    )
    held.append(road)
    return road


def founded(road: Road, genesis: str) -> LedgerFounded:
    """Say what a ledger of this road is founded as."""
    lease = road.keyring.lease
    if lease is None:
        raise VenueError("a desk on an exchange needs a key; do: name api_key under `secrets:`")
    profile = road.profile
    return LedgerFounded(
        genesis=genesis,
        env=profile.env,
        venue=profile.venue,
        account=lease.fingerprint,
        symbol=profile.symbol,
    )


def _account(profile: Profile, place: Runtime, keyring: Keyring) -> Account:
    settings = profile.settings
    key, secret = keyring.secret("api_key"), keyring.secret("api_secret")
    if key is None or secret is None:
        raise VenueError(
            f"profile {profile.name} names no api_key and api_secret; do: add them under `secrets:`"
        )
    url = settings.exchange_url or ""
    if url == EMULATOR:
        url = await_exchange(place.folder / FOLDER).url
    return Account(
        exchange=profile.venue,
        symbol=profile.symbol,
        key=key.reveal,
        secret=secret.reveal,
        tier=settings.open_order_cap,
        base_url=url,
        live=settings.execution_mode in LIVE_MODES,
        stale_price_max_age_sec=int(settings.stale_price_max_age_sec),
    )
