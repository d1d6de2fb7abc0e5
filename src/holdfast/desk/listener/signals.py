"""Read what a signal asks: known kinds, known fields, right types, or not at all.

Every number may be left out or null. Who sent it is what its signature proved; the body names only the
source whose secret that was.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from holdfast.desk.control.verb_parameters import BadPayload, Parameter, read, shown
from holdfast.desk.listener.sources import Source
from holdfast.domain.market import Regime

LONGEST_ID = 128
LONGEST_TEXT = 160


class Kind(NamedTuple):
    """One thing a signal may ask; a late one is dropped where it `expires`."""

    parameters: tuple[Parameter, ...]
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    expires: bool = True


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """A signal that was understood; times are microseconds UTC."""

    source: str
    signal_id: str
    payload_sha: str
    kind: str
    principal: str
    arguments: dict[str, Any]
    sent_at: int
    expires_at: int

    @property
    def key(self) -> str:
        """Name it for ever; what it causes is named after it."""
        return f"{self.source}/{self.signal_id}"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of a signal is kept beside its first note, so that a restart can go on with it."""

    principal: str
    sent_at: int
    expires_at: int
    arguments: dict[str, Any]


def _text(
    name: str, meaning: str, *, required: bool = False, most: int = LONGEST_TEXT
) -> Parameter:
    return Parameter(name=name, kind="text", help=meaning, required=required, most=Decimal(most))


def _number(name: str, meaning: str, most: int) -> Parameter:
    return Parameter(name=name, kind="number", help=meaning, least=Decimal(0), most=Decimal(most))


_SLOT = Parameter(
    name="slot_id",
    kind="integer",
    help="The slot's number.",
    required=True,
    least=Decimal(0),
    most=Decimal(10**9),
)
_SYMBOL = _text("symbol", "What is traded, as BASE/QUOTE.", required=True, most=33)
_REASON = _text("reason", "Why, for the journal.")
_SIDE = _text("side", "buy or sell: the leg that enters by it; without it, both.", most=4)
_SIDES: Mapping[str, tuple[str, ...]] = MappingProxyType({"side": ("buy", "sell")})
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "open": Kind(
            (
                _SYMBOL,
                _SLOT,
                _SIDE,
                _number("leverage", "At most what the venue gives: 1.", 100),
                _REASON,
            ),
            _SIDES,
        ),
        "close": Kind((_SYMBOL, _SLOT, _SIDE, _REASON), _SIDES, expires=False),
        "pause": Kind((_REASON,), expires=False),
        "resume": Kind((_REASON,)),
        "release": Kind((_SLOT, _REASON)),
        "regime_hint": Kind(
            (
                _text("regime", "bearish, ranging or bullish.", required=True, most=8),
                _number("confidence", "From 0 to 1.", 1),
                _REASON,
            ),
            MappingProxyType({"regime": tuple(one.value for one in Regime)}),
        ),
    }
)
HEAD = (
    _text("source", "Who sends it.", required=True, most=64),
    _text(
        "signal_id",
        "The sender's own name of it, once and for ever.",
        required=True,
        most=LONGEST_ID,
    ),
    _text("kind", "What is asked.", required=True, most=32),
)


def read_signal(
    payload: Mapping[str, Any], body: bytes, source: Source, sent_at: int, expires_at: int
) -> Signal:
    """Turn a body that was proven into a signal; raise BadPayload."""
    names = {one.name for one in HEAD}
    head = read(HEAD, {name: value for name, value in payload.items() if name in names})
    if not head["signal_id"].strip():
        raise BadPayload("signal_id is empty")
    rest = {name: value for name, value in payload.items() if name not in names}
    return Signal(
        source=source.name,
        signal_id=head["signal_id"],
        payload_sha=hashlib.sha256(body).hexdigest(),
        kind=head["kind"],
        principal=source.principal,
        arguments=read_arguments(head["kind"], rest),
        sent_at=sent_at,
        expires_at=expires_at,
    )


def read_arguments(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a kind of signal was given; raise BadPayload."""
    kind = KINDS.get(name)
    if kind is None:
        raise BadPayload(f"unknown kind: {shown(name)}; allowed: {', '.join(KINDS)}")
    found = read(kind.parameters, given)
    for field, allowed in kind.choices.items():
        if found[field] is not None and found[field] not in allowed:
            raise BadPayload(f"{field} {shown(found[field])} is not one of {', '.join(allowed)}")
    return {field: value for field, value in found.items() if value is not None}


def asked_text(signal: Signal) -> str:
    """Write what is kept of a signal beside its first note."""
    asked = Asked(
        principal=signal.principal,
        sent_at=signal.sent_at,
        expires_at=signal.expires_at,
        arguments=signal.arguments,
    )
    return msgspec.json.encode(asked, order="sorted").decode()


def asked_of(text: str) -> Asked:
    """Read it back."""
    return msgspec.json.decode(text, type=Asked)
