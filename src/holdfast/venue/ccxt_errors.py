"""Say what an exception of ccxt means for us, by the exchange's own words first, then by its class.

Rules: classes are matched by name along the MRO, the most specific first, so that this file needs no
ccxt. Whatever is not recognised is ambiguous: after a write it may have been done. A write's refusal
is believed only where the exchange itself said no.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from holdfast.domain.errors import VenueRefused, VenueUnavailable


class Meaning(StrEnum):
    """What an error says; all but `ambiguous` and `duplicate` are a no that is final."""

    POST_ONLY = "post_only"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    MIN_SIZE = "min_size"
    MIN_COST = "min_cost"
    OPEN_ORDER_CAP = "open_order_cap"
    NOT_OPEN = "not_open"
    RATE_LIMIT = "rate_limit"
    MAINTENANCE = "maintenance"
    PERMISSION = "permission"
    DEADLINE = "deadline"
    INVALID = "invalid"
    NONCE = "nonce"
    DUPLICATE = "duplicate"
    AMBIGUOUS = "ambiguous"


M = Meaning

# What Kraken says, by the beginning of its words.
WORDS: Mapping[str, Meaning] = MappingProxyType(
    {
        "EOrder:Post only order": M.POST_ONLY,
        "EOrder:Insufficient funds": M.INSUFFICIENT_FUNDS,
        "EOrder:Order minimum not met": M.MIN_SIZE,
        "EOrder:Cost minimum not met": M.MIN_COST,
        "EOrder:Orders limit exceeded": M.OPEN_ORDER_CAP,
        "EOrder:Unknown order": M.NOT_OPEN,
        "EOrder:Order not editable": M.NOT_OPEN,
        "EOrder:Rate limit exceeded": M.RATE_LIMIT,
        "EOrder:Domain rate limit exceeded": M.RATE_LIMIT,
        "EAPI:Rate limit exceeded": M.RATE_LIMIT,
        "EGeneral:Too many requests": M.RATE_LIMIT,
        "EGeneral:Temporary lockout": M.RATE_LIMIT,
        "EService:Market in cancel_only mode": M.MAINTENANCE,
        "EService:Market in post_only mode": M.MAINTENANCE,
        "EService:Market in limit_only mode": M.MAINTENANCE,
        "EService:Deadline elapsed": M.DEADLINE,
        "EAPI:Invalid nonce": M.NONCE,
        "EAPI:Invalid key": M.PERMISSION,
        "EAPI:Invalid signature": M.PERMISSION,
        "EGeneral:Permission denied": M.PERMISSION,
        "EOrder:Trading agreement required": M.PERMISSION,
        "ETrade:User Locked": M.PERMISSION,
        "EGeneral:Invalid arguments": M.INVALID,
        "EOrder:Invalid price": M.INVALID,
        "EOrder:Invalid order": M.INVALID,
        "EOrder:Tick size check failed": M.INVALID,
        "EQuery:Unknown asset pair": M.INVALID,
        "EQuery:Invalid asset pair": M.INVALID,
        "EQuery:Unknown asset": M.INVALID,
        "EAPI:Feature disabled": M.INVALID,
        "EGeneral:Internal error": M.AMBIGUOUS,
        "EDatabase:Internal error": M.AMBIGUOUS,
        "EService:Unavailable": M.AMBIGUOUS,
        "EService:Busy": M.AMBIGUOUS,
        "EService:Timeout": M.AMBIGUOUS,
    }
)

# What the classes of ccxt mean where no words are known.
CLASSES: Mapping[str, Meaning] = MappingProxyType(
    {
        "BaseError": M.AMBIGUOUS,
        "ExchangeError": M.AMBIGUOUS,  # any words ccxt has no class for
        "AuthenticationError": M.PERMISSION,
        "PermissionDenied": M.PERMISSION,
        "AccountNotEnabled": M.PERMISSION,
        "AccountSuspended": M.PERMISSION,
        "ArgumentsRequired": M.INVALID,
        "BadRequest": M.INVALID,
        "BadSymbol": M.INVALID,
        "OperationRejected": M.INVALID,
        "NoChange": M.INVALID,
        "MarginModeAlreadySet": M.INVALID,
        "MarketClosed": M.MAINTENANCE,
        "ManualInteractionNeeded": M.PERMISSION,
        "RestrictedLocation": M.PERMISSION,
        "InsufficientFunds": M.INSUFFICIENT_FUNDS,
        "InvalidAddress": M.INVALID,
        "AddressPending": M.INVALID,
        "InvalidOrder": M.INVALID,
        "OrderNotFound": M.NOT_OPEN,
        "OrderNotCached": M.AMBIGUOUS,  # it says that ccxt does not know, not that the exchange does not
        "OrderImmediatelyFillable": M.POST_ONLY,
        "OrderNotFillable": M.INVALID,
        "DuplicateOrderId": M.DUPLICATE,
        "ContractUnavailable": M.INVALID,
        "NotSupported": M.INVALID,
        "InvalidProxySettings": M.INVALID,  # said before anything leaves
        "ExchangeClosedByUser": M.AMBIGUOUS,
        "OperationFailed": M.AMBIGUOUS,
        "NetworkError": M.AMBIGUOUS,
        "DDoSProtection": M.RATE_LIMIT,
        "RateLimitExceeded": M.RATE_LIMIT,
        "ExchangeNotAvailable": M.AMBIGUOUS,
        "OnMaintenance": M.MAINTENANCE,
        "InvalidNonce": M.NONCE,
        "ChecksumError": M.AMBIGUOUS,  # of a stream, though it descends from InvalidNonce
        "RequestTimeout": M.AMBIGUOUS,
        "BadResponse": M.AMBIGUOUS,
        "NullResponse": M.AMBIGUOUS,
        "CancelPending": M.AMBIGUOUS,
        "UnsubscribeError": M.AMBIGUOUS,
    }
)

_OURS: Mapping[str, Meaning] = MappingProxyType(
    {"VenueRefused": M.PERMISSION}
)  # said before a call


def meaning_of(error: BaseException) -> Meaning:
    """Say what an error means; the exchange's words count before the class ccxt chose for them."""
    said = [meaning_of_words(words) for words in words_of(error)]
    if said:
        return said[0] if len(set(said)) == 1 else M.AMBIGUOUS
    return meaning_of_class(type(error))


def meaning_of_class(kind: type[BaseException]) -> Meaning:
    """Say what a class of error means, by the nearest of its ancestors that is known."""
    known = {**CLASSES, **_OURS}
    return next((known[one.__name__] for one in kind.__mro__ if one.__name__ in known), M.AMBIGUOUS)


def meaning_of_words(words: str) -> Meaning:
    """Say what words of the exchange mean; unknown words are ambiguous.

    >>> meaning_of_words("EOrder:Post only order").value, meaning_of_words("EOrder:?").value
    ('post_only', 'ambiguous')
    """
    if "cl_ord_id" in words and "duplicate" in words.lower():
        return M.DUPLICATE
    return next((one for start, one in WORDS.items() if words.startswith(start)), M.AMBIGUOUS)


def words_of(error: BaseException) -> list[str]:
    """Read the exchange's own words out of an error: what its answer lists under `error`."""
    listed = answer_in(error).get("error")
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def answer_in(error: BaseException) -> dict[str, Any]:
    """Read the answer an error of ccxt carries in its text; empty where it carries none."""
    text = str(error)
    start = text.find("{")
    if start < 0:
        return {}
    try:
        answer = json.loads(text[start:], parse_float=str)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def of_read(error: BaseException, meaning: Meaning) -> VenueUnavailable | VenueRefused:
    """Translate the failure of a read: refused where asking again will not help."""
    text = f"{meaning}: {error}"[:300]
    if meaning in {M.PERMISSION, M.INVALID}:
        return VenueRefused(text)
    return VenueUnavailable(text)
