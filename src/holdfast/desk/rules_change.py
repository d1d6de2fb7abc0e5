"""Put other rules in force while the desk runs, as one event with its diff and digest.

Resting orders keep price and size; what the rules say of time and drift counts from now on.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from holdfast.desk.desk import Desk
from holdfast.desk.limits import Limits
from holdfast.domain.events import RulesChanged
from holdfast.engine.rules import Rules
from holdfast.engine.sizing import Sizing

Changes = Mapping[str, tuple[str, str]]
_ENCODE = msgspec.json.Encoder(order="sorted").encode
_LATER: Mapping[type, tuple[str, ...]] = {
    Sizing: ("shaping",),
    Limits: ("entries_only", "by_band", "repairs"),
}


def digest_of(rules: Rules, sizing: Sizing, limits: Limits) -> str:
    """Name rules, sizing and limits by what they say.

    What came to them later counts only where it is used, so that a desk without it keeps its name.
    """
    text = b"|".join(_told(part) for part in (replace(rules, digest=""), sizing, limits))
    return hashlib.sha256(text).hexdigest()[:16]


def _told(part: msgspec.Struct) -> bytes:
    later = _LATER.get(type(part), ())
    if not later:
        return _ENCODE(part)
    said = msgspec.to_builtins(part, builtin_types=(Decimal,))
    plain = {one.name: one.default for one in msgspec.structs.fields(part)}
    for name in later:
        if getattr(part, name) == plain[name]:
            del said[name]
    return _ENCODE(said)


def apply_rules(
    desk: Desk,
    *,
    rules: Rules,
    sizing: Sizing,
    limits: Limits,
    changes: Changes,
    reason: str,
) -> str:
    """Note the rules, put them in force and look at every slot again; return their digest."""
    digest = digest_of(rules, sizing, limits)
    if digest != desk.books.rules_digest:
        event = RulesChanged(digest=digest, changes=dict(changes), reason=reason)
        desk.record(desk.now, [event])
    desk.rules = replace(rules, digest=digest)
    desk.sizing, desk.limits = sizing, limits
    desk.chances.funds_grew = True
    desk.reindex()
    return digest
