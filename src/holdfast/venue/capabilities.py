"""Say what a spot exchange has to offer before money may be trusted to it, and what it lacks.

Rules: what ccxt says is read off its tables; what ccxt cannot say (whether our names are kept, whether
a request that is late is refused) counts only where it was proven against that exchange's protocol.
What was not proven is unsafe for live use: an exchange is then good for looking and for DRY.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from holdfast.domain.errors import VenueRefused

Table = Mapping[str, Any]
TICK_SIZE = 4  # how ccxt counts precision


class Capability(msgspec.Struct, frozen=True):
    """One thing a desk needs; `state` is present, missing or unsafe."""

    name: str
    state: str
    why: str


class Offer(msgspec.Struct, frozen=True):
    """All that an exchange offers a desk."""

    exchange: str
    capabilities: tuple[Capability, ...]

    @property
    def safe(self) -> bool:
        """Say whether money may be traded there."""
        return all(one.state == "present" for one in self.capabilities)

    def demand_safe(self) -> None:
        """Refuse live use where anything is missing."""
        lacking = [f"{one.name} ({one.why})" for one in self.capabilities if one.state != "present"]
        if lacking:
            raise VenueRefused(
                f"{self.exchange} is not safe for live trading: {'; '.join(lacking)}; "
                f"do: run it in DRY, or see `holdfast venue check {self.exchange}`"
            )


# What the protocol of an exchange was seen to do, by our contract tests; ccxt has no word for it.
PROVEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "kraken": frozenset(
            {"client order ids", "look up by client order id", "deadline", "paged histories"}
        )
    }
)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What ccxt says of an exchange without asking it."""

    exchange: str
    has: Table
    features: Table
    credentials: Table
    precision_mode: int


def judge(described: Described) -> Offer:
    """Compare what an exchange has with what a desk needs."""
    exchange = described.exchange
    proven = PROVEN.get(exchange, frozenset())
    found = [_told(name, test(described), why) for name, test, why in _TOLD]
    found += [_proof(name, why, proven=name in proven) for name, why in _PROOFS]
    return Offer(exchange, tuple(found))


def _told(name: str, offered: object, why: str) -> Capability:
    return Capability(name, "present" if offered is True else "missing", why)


def _proof(name: str, why: str, *, proven: bool) -> Capability:
    return Capability(
        name, "present" if proven else "unsafe", why if proven else f"{why}: unproven"
    )


def _has(name: str) -> Callable[[Described], bool]:
    return lambda described: described.has.get(name) is True


def _post_only(described: Described) -> bool:
    spot = described.features.get("spot") or {}
    times = ((spot.get("createOrder") or {}).get("timeInForce")) or {}
    return times.get("PO") is True


def _moves(described: Described) -> bool:
    return _has("editOrder")(described) or _has("cancelOrder")(described)


def _ticks(described: Described) -> bool:
    return described.precision_mode == TICK_SIZE


def _key_and_secret(described: Described) -> bool:
    wanted = {name for name, needed in described.credentials.items() if needed}
    return wanted <= {"apiKey", "secret"}


_TOLD: tuple[tuple[str, Callable[[Described], bool], str], ...] = (
    ("spot market", _has("spot"), "ccxt trades spot there"),
    ("price ticks", _ticks, "prices and sizes move in fixed steps"),
    ("key and secret", _key_and_secret, "no password or wallet beside them"),
    ("limit orders", _has("createOrder"), "an order can be placed"),
    ("post only", _post_only, "an order that would take is refused"),
    ("amend, or cancel and replace", _moves, "an order can be moved or withdrawn"),
    ("open orders", _has("fetchOpenOrders"), "what rests can be listed"),
    ("closed orders", _has("fetchClosedOrders"), "what ended can be listed"),
    ("own trades", _has("fetchMyTrades"), "executions come with their price and fee"),
    ("balances", _has("fetchBalance"), "free and held parts"),
    ("price", _has("fetchTicker"), "bid, ask and last"),
    ("server time", _has("fetchTime"), "the clock a deadline is counted by"),
)
_PROOFS: tuple[tuple[str, str], ...] = (
    ("client order ids", "an order keeps the name we gave it"),
    ("look up by client order id", "an order whose answer was lost can be found again"),
    ("deadline", "a request that is late is refused, so that silence proves something"),
    ("paged histories", "a list says how many rows it has"),
)
