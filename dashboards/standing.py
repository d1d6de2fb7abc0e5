"""Read what status.json says about the desk, whatever part of it is there.

Numbers may be JSON numbers or decimal texts. A missing block reads as None or empty, never as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboards import theme


@dataclass(frozen=True, slots=True)
class Resting:
    """One order of ours that rests, or an exit that is owed (`unplaced`)."""

    slot: int
    leg: str
    side: str
    role: str
    price: Decimal | None
    size: Decimal | None
    cycle: int | None
    distance: Decimal | None
    since: int | None
    age: Decimal | None
    recovery: bool
    unplaced: bool


def mapping(value: object) -> Mapping[str, Any]:
    """Return a block as a mapping, empty when it is missing or something else."""
    return value if isinstance(value, Mapping) else {}


def rows(value: object) -> list[Mapping[str, Any]]:
    """Return a list of blocks, without anything that is not one."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def first(block: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 (JSON)
    """Return the first of these keys that has a value."""
    return next((block[name] for name in names if block.get(name) is not None), None)


def whole(value: object) -> int | None:
    """Read a whole number."""
    amount = theme.decimal(value)
    return None if amount is None else int(amount)


def mode(status: Mapping[str, Any]) -> str:
    """Say what the desk is doing: RUNNING, PAUSED, HALTED, INIT, or UNKNOWN."""
    return str(status.get("mode") or "unknown").upper()


def assets(status: Mapping[str, Any]) -> tuple[str, str]:
    """Name what is traded and the money it is traded for."""
    pair = str(first(status, "pair", "symbol") or "")
    base, _, quote = pair.partition("/")
    return base, quote


def mark(status: Mapping[str, Any]) -> Decimal | None:
    """Return the price the desk last saw."""
    return theme.decimal(first(status, "price", "mark"))


def slot_rows(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the slots that have a number."""
    return [row for row in rows(status.get("slots")) if whole(row.get("slot_id")) is not None]


def resting(status: Mapping[str, Any]) -> list[Resting]:
    """List every order of every slot, recoveries included."""
    price = mark(status)
    found: list[Resting] = []
    for row in slot_rows(status):
        found += [_resting(row, order, price) for order in rows(row.get("open_orders"))]
        found += [
            _resting(row, order, price, recovery=True) for order in rows(row.get("recovery_orders"))
        ]
    return found


def holds(status: Mapping[str, Any]) -> list[str]:
    """Name the holds that are up, each with its reason."""
    value = status.get("holds")
    if isinstance(value, Mapping):
        return [f"{name}: {reason}" if reason else str(name) for name, reason in value.items()]
    if not isinstance(value, list):
        return []
    return [_hold(entry) for entry in value]


def stages(status: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say which stage each track is at."""
    value = first(status, "stages", "rollout", "tracks")
    if isinstance(value, Mapping) and isinstance(value.get("tracks"), Mapping):
        value = value["tracks"]
    return [(str(track), _stage(stage)) for track, stage in mapping(value).items()]


def distance(price: Decimal | None, from_mark: Decimal | None) -> Decimal | None:
    """Say how far a price is from the mark, in per cent of the mark."""
    return (price - from_mark) / from_mark * 100 if price is not None and from_mark else None


def _resting(
    row: Mapping[str, Any],
    order: Mapping[str, Any],
    price: Decimal | None,
    *,
    recovery: bool = False,
) -> Resting:
    at = theme.decimal(order.get("price"))
    since = whole(first(order, "opened_at", "entry_filled_at", "orphaned_at", "placed_at"))
    return Resting(
        slot=whole(row["slot_id"]) or 0,
        leg=str(first(order, "trade_id", "leg") or ""),
        side=str(order.get("side") or ""),
        role=str(order.get("role") or ("exit" if recovery else "")),
        price=at,
        size=theme.decimal(first(order, "volume", "size")),
        cycle=whole(order.get("cycle")),
        distance=distance(at, price),
        since=since,
        age=theme.decimal(order.get("age_sec")),
        recovery=recovery,
        unplaced=order.get("unplaced") is True,
    )


def _hold(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return str(entry)
    name, reason = str(entry.get("name") or "hold"), str(entry.get("reason") or "")
    return f"{name}: {reason}" if reason else name


def _stage(value: object) -> str:
    if isinstance(value, Mapping):
        return str(first(value, "stage", "id", "name") or theme.DASH)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
