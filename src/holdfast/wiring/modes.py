"""Build the execution mode of a desk from its profile and its folder.

The desk opens `Mode` once, before its venue; commands open only the store.
"""

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec

from holdfast.clock import Clock, SystemClock
from holdfast.config.folders import find_profiles, home
from holdfast.config.loader import load_profile
from holdfast.config.profile import Profile
from holdfast.ledger.paths import Runtime, runtime
from holdfast.safety.caps import OverrideFile
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_state import ModeRules
from holdfast.safety.mode_store import ModeStore, StoreFault
from holdfast.safety.mode_store_file import FileModeStore
from holdfast.safety.permit import OrderFacts, PermitBoundary, PermitTerms
from holdfast.safety.reader import ModeReader
from holdfast.telemetry import log
from holdfast.wiring.keys import one_secret

RECORD = "mode.json"
PASSWORD = "mode_store_password"  # noqa: S105  the name of a secret


class ModeParts(msgspec.Struct, frozen=True):
    """The parts a desk with a real venue is given: it ticks the reader and mints at the boundary."""

    execution: ExecutionMode
    reader: ModeReader
    boundary: PermitBoundary


def rules_of(profile: Profile) -> ModeRules:
    """Read what a profile says about the execution mode."""
    settings = profile.settings
    return ModeRules(
        env=profile.env,
        most=settings.execution_mode,
        arm_reads=settings.live_arm_reads,
        arm_min_span_s=settings.live_arm_min_span_s,
        read_interval_s=settings.live_read_interval_s,
        read_timeout_s=settings.live_read_timeout_s,
        max_read_age_s=settings.live_max_read_age_s,
        live_lease_s=settings.live_lease_s,
        permit_ttl_s=settings.live_permit_ttl_s,
    )


def store_of(
    profile: Profile, place: Runtime, clock: Clock, password: str | None = None
) -> ModeStore:
    """Open the store of the requested mode that a profile names."""
    settings = profile.settings
    timeout = float(settings.live_read_timeout_s)
    if settings.mode_store == "file":
        return FileModeStore(place.folder / RECORD, clock, timeout=timeout)
    # Imported where it is used: the client costs every other command 0.2 s.
    from holdfast.safety.mode_store_redis import RedisModeStore  # noqa: PLC0415

    account = settings.mode_account or profile.runtime
    url = settings.mode_store_url or ""
    return RedisModeStore(url, profile.env, account, timeout=timeout, password=password)


def store_for(profile: Profile, place: Runtime, profiles: Path | None = None) -> ModeStore:
    """Open the store of a profile for a command, with its password where one is named."""
    root, clock = home(os.environ, named=profiles), SystemClock()
    return store_of(profile, place, clock, one_secret(profile, PASSWORD, root, clock))


def open_mode(
    profile: Callable[[], Profile],
    place: Runtime,
    clock: Clock,
    orders: OrderFacts,
    *,
    password: str | None = None,
) -> ModeParts:
    """Join store, machine, reader and boundary of one desk; `profile` is the one in force."""
    first = profile()
    files = StopFiles(place.folder)
    execution = ExecutionMode(rules_of(first), files, clock, lambda: profile().digest)
    store = store_of(first, place, clock, password)
    reader = ModeReader(store, execution, OverrideFile(place.folder, clock))
    return ModeParts(execution, reader, PermitBoundary(execution, lambda: terms(profile()), orders))


def terms(profile: Profile) -> PermitTerms:
    """Read what a desk may be permitted: its own market, up to the profile's notional."""
    settings = profile.settings
    listed = settings.symbol_allowlist
    return PermitTerms(
        tenant=profile.runtime,
        symbol=profile.symbol,
        max_notional=Decimal(settings.max_order_notional_usd),
        symbols=_symbols(listed, profile.symbol) if listed else None,
        cancel_entries_when_stopped=settings.estop_cancel_entries,
    )


def _symbols(listed: str, symbol: str) -> frozenset[str]:
    """Take a base for its market: BTC in the list allows BTC/USD."""
    names = frozenset(each.strip() for each in listed.split(","))
    return names | {symbol} if symbol.partition("/")[0] in names else names


def warn_of(store: ModeStore) -> None:
    """Log what about a store could lose a record."""
    try:
        warnings = store.warnings()
    except StoreFault as fault:
        warnings = (f"{fault}; the desk stays DRY until it does",)
    for warning in warnings:
        log.warning(warning)


def profile_and_place(name: str, profiles: Path | None) -> tuple[Profile, Runtime]:
    """Load a profile whole and name its folder, for a command that writes a record."""
    folder = find_profiles(os.environ, named=profiles)
    profile = load_profile(name, profiles=folder, environ=os.environ, overrides={})
    return profile, runtime(profile.runtime, home(os.environ, named=profiles))
