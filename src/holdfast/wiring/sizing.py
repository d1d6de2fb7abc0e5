"""Choose what shapes the entries of a desk by its settings, and join it to the desk.

With every switch off a desk gets no adviser and its entries are as if this file were not there.
"""

from collections.abc import Iterable
from contextlib import closing

import duckdb

from holdfast.config.settings import Settings
from holdfast.desk.closed import ClosedCycles
from holdfast.desk.desk import Desk
from holdfast.desk.policy import Adviser, without
from holdfast.desk.sizing_adviser import SizingAdviser
from holdfast.desk.volatility_adviser import VolatilityAdviser
from holdfast.domain.events import CycleBooked
from holdfast.ledger.codec import decode
from holdfast.ledger.store import DuckDbLedger
from holdfast.wiring.shaping import throughput_of, volatility_of

Booked = tuple[int, CycleBooked]
_OWN = (SizingAdviser, VolatilityAdviser)
_NEWEST = """
select market_time, type, version, payload from event
where seq in (select seq from cycles order by seq desc limit $1) order by seq
"""


def shape_entries(desk: Desk, settings: Settings, past: Iterable[Booked] = ()) -> None:
    """Give a desk the advisers its settings ask for, in the place of those it had."""
    knobs = throughput_of(settings)
    if desk.closed is None:
        desk.closed = ClosedCycles(knobs)
        for at, event in past:
            desk.closed.take(at, event)
    desk.closed.adopt(knobs)
    desk.advisers = (*without(desk.advisers, *_OWN), *_advisers(desk, settings))


def shape_replay(desk: Desk, settings: Settings) -> None:
    """Give a replay the advisers its settings ask for; it remembers cycles only to size by them."""
    if settings.tp_enabled:
        desk.closed = ClosedCycles(throughput_of(settings))
    desk.advisers = (*desk.advisers, *_advisers(desk, settings))


def shape_live(desk: Desk, settings: Settings, ledger: DuckDbLedger) -> None:
    """Give a live desk its advisers, and the newest cycles its ledger remembers."""
    ledger.project()
    with closing(ledger.cursor()) as cursor:
        past = newest_cycles(cursor, settings.tp_lookback_cycles)
    shape_entries(desk, settings, past)


def newest_cycles(cursor: duckdb.DuckDBPyConnection, most: int) -> list[Booked]:
    """Read the newest cycles of a ledger whose projections are up, oldest first."""
    rows = cursor.execute(_NEWEST, [most]).fetchall()
    return [(at, decode(name, version, payload)) for at, name, version, payload in rows]


def _advisers(desk: Desk, settings: Settings) -> tuple[Adviser, ...]:
    found: list[Adviser] = []
    in_quote = not desk.sizing.base_sized
    if in_quote and (desk.sizing.shaping is not None or settings.tp_enabled):
        closed = desk.closed if settings.tp_enabled else None
        found.append(SizingAdviser(desk, closed, logs=settings.tp_log_updates))
    if settings.volatility_auto_profit:
        found.append(VolatilityAdviser(desk, volatility_of(settings)))
    return tuple(found)
