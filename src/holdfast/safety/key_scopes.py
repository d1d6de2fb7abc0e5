"""Judge an API key by what the exchange says of it, before it may trade.

Rules: a scope that is forbidden or that we do not know refuses the start; one that is missing, an open
address list in production, an end that is near or a nonce window refuse LIVE only; an answer that did
not come proves nothing and allows DRY. Nothing is ever tried out: a key that could withdraw is never
asked to.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

from holdfast.config.secrets.reference import Place
from holdfast.config.secrets.secret import fingerprint_of
from holdfast.domain.bookkeeping import KeyNoted

Purpose = Literal["trade", "read"]
Standing = Literal["refused", "dry", "live"]
Worth = Literal["needed", "useful", "needless", "forbidden"]

DAY = 86_400
RECHECK_SECONDS = 6 * 3600
SOON = 7 * DAY
OLD = 90 * DAY
_BOTH: Mapping[str, Worth] = MappingProxyType(
    {
        "query-funds": "needed",
        "query-open-trades": "needed",
        "query-closed-trades": "needed",
        "query-ledger": "useful",
        "create-ws-token": "needless",
        "access-websockets": "needless",
        "add-funds": "forbidden",
        "withdraw-funds": "forbidden",
        "earn-funds": "forbidden",
        "export-data": "forbidden",
        "add-withdraw-address": "forbidden",
        "update-withdraw-address": "forbidden",
    }
)
SCOPES: Mapping[Purpose, Mapping[str, Worth]] = MappingProxyType(
    {
        "trade": MappingProxyType({**_BOTH, "modify-trades": "needed", "close-trades": "needed"}),
        "read": MappingProxyType(
            {**_BOTH, "modify-trades": "forbidden", "close-trades": "forbidden"}
        ),
    }
)


class KeyInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange says of a key; times are seconds since the epoch, 0 where there is none.

    `account` is the fingerprint of the account the key belongs to, empty where it is not told.
    """

    permissions: tuple[str, ...]
    ip_allowlist: tuple[str, ...]
    valid_until: int
    nonce_window: int
    created: int
    account: str = ""


class KeyVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """How far a key may go, and why no farther; warnings hold nothing back."""

    standing: Standing
    measured: bool
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def fault(self) -> str | None:
        """Tell what keeps the key from LIVE: empty is nothing, None is that nobody knows."""
        return "; ".join(self.reasons) if self.measured else None

    def refuse(self, place: Place) -> None:
        """Raise, at the line that names the key, where a desk must not start with it."""
        if self.standing == "refused":
            raise place.fault(
                f"this key must not be used: {'; '.join(self.reasons)}",
                hint="make a key that can query and trade, and nothing else; revoke this one",
            )

    def noted(self, fingerprint: str, purpose: Purpose) -> KeyNoted:
        """Make the note of this look at a key."""
        detail = "; ".join((*self.reasons, *self.warnings))
        return KeyNoted(
            fingerprint=fingerprint, purpose=purpose, result=self.standing, detail=detail
        )


def read_key_info(answer: object) -> KeyInfo | None:
    """Read the answer of GetApiKeyInfo; None where it does not say what has to be known."""
    if not isinstance(answer, Mapping):
        return None
    try:
        account = answer.get("iban")
        return KeyInfo(
            permissions=_words(answer["permissions"]),
            ip_allowlist=_words(answer["ipAllowlist"]),
            valid_until=_number(answer["validUntil"]),
            nonce_window=_number(answer["nonceWindow"]),
            created=_number(answer.get("createdTime") or 0),
            account=fingerprint_of(account) if isinstance(account, str) and account else "",
        )
    except (KeyError, TypeError, ValueError):
        return None


def judge_key(info: KeyInfo | None, *, purpose: Purpose, production: bool, now: int) -> KeyVerdict:
    """Judge a key at a time (seconds): refused, dry or live, with every reason."""
    if info is None:
        why = "the exchange did not say what this key may do"
        return KeyVerdict(standing="dry", measured=False, reasons=(why,))
    barred = tuple(_barred(info, purpose))
    short = (*_missing(info, purpose), *_conditions(info, now, production=production))
    standing: Standing = "refused" if barred else "dry" if short else "live"
    return KeyVerdict(
        standing=standing,
        measured=True,
        reasons=(*barred, *short),
        warnings=tuple(_warnings(info, purpose, now)),
    )


def refuse_stranger(fingerprint: str, allowed: Sequence[str], place: Place) -> None:
    """Raise where a profile does not list the key it was given."""
    if fingerprint not in allowed:
        raise place.fault(
            f"gives the key {fingerprint}, which `allowed_accounts` does not list",
            allowed=", ".join(allowed) or "none is listed",
            hint="give the key this profile is for, or add its fingerprint",
        )


def recheck_due(last: float | None, now: float) -> bool:
    """Say whether a key has to be looked at again, by the monotonic clock."""
    return last is None or now - last >= RECHECK_SECONDS


def _barred(info: KeyInfo, purpose: Purpose) -> Iterator[str]:
    scopes = SCOPES[purpose]
    for scope in info.permissions:
        if scope not in scopes:
            yield f"scope {scope[:40]} is not known"
        elif scopes[scope] == "forbidden":
            yield f"scope {scope} is forbidden to a key that is to {purpose}"


def _missing(info: KeyInfo, purpose: Purpose) -> Iterator[str]:
    for scope, worth in SCOPES[purpose].items():
        if worth == "needed" and scope not in info.permissions:
            yield f"scope {scope} is missing"


def _conditions(info: KeyInfo, now: int, *, production: bool) -> Iterator[str]:
    if production and not info.ip_allowlist:
        yield "any address may use it: no ipAllowlist"
    if info.valid_until and info.valid_until - now <= SOON:
        yield f"it ends within 7 days: validUntil {info.valid_until}"
    if info.nonce_window:
        yield f"nonceWindow is {info.nonce_window} and has to be 0"


def _warnings(info: KeyInfo, purpose: Purpose, now: int) -> Iterator[str]:
    for scope, worth in SCOPES[purpose].items():
        if worth == "needless" and scope in info.permissions:
            yield f"scope {scope} is not needed"
        if worth == "useful" and scope not in info.permissions:
            yield f"scope {scope} would help and is missing"
    if not info.created:
        yield "its age is not known"
    elif now - info.created > OLD:
        yield f"it is {(now - info.created) // DAY} days old: rotate it"


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise TypeError(type(value).__name__)
    return tuple(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(type(value).__name__)
    return int(value)
