"""Read an order out of a request, and judge all that can be judged without the account.

Rules: the pair's decimals and minima are kept to; `cl_ord_id` has one of Kraken's three forms and
excludes `userref`; spot only, so no leverage; what the emulator does not do is refused, not ignored.
"""

import re
from decimal import ROUND_DOWN, Decimal

from holdfast.domain.market import DAY, SECOND
from holdfast.venue.emulator import names, refusals
from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.listing import PAIR_NAMES, Pair
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.refusals import Refused, argument, price_decimals
from holdfast.venue.emulator.state import ZERO, Order

FURTHEST_DEADLINE = 60 * SECOND
FURTHEST_END = 3_660 * DAY
LARGEST_USERREF = (1 << 31) - 1
FLAGS = frozenset({"post", "fciq", "fcib", "nompp", "viqc"})
TIMES = frozenset({"GTC", "IOC", "GTD"})
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HEX = re.compile(r"[0-9a-fA-F]{32}")
FREE_TEXT = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,17}")


def pair_of(params: Params) -> Pair:
    """Find the pair a request names."""
    pair = PAIR_NAMES.get(params.text("pair"))
    if pair is None:
        raise Refused(refusals.PAIR)
    return pair


def client_id(params: Params, name: str = "cl_ord_id") -> str | None:
    """Read a client's own id of an order."""
    word = params.text(name)
    if not word:
        return None
    if not any(form.fullmatch(word) for form in (UUID, HEX, FREE_TEXT)):
        raise argument(name)
    return word


def check_deadline(params: Params, now: int) -> None:
    """Refuse a request that came too late, or names a deadline too far ahead."""
    deadline = params.moment("deadline")
    if deadline is None:
        return
    if deadline > now + FURTHEST_DEADLINE:
        raise argument("deadline")
    if deadline <= now:
        raise Refused(refusals.DEADLINE)


def read_order(core: Core, pair: Pair, params: Params, *, foreign: bool = False) -> Order:
    """Make the order a request asks for; it is not placed yet."""
    side, kind = params.text("type"), params.text("ordertype")
    if side not in {"buy", "sell"}:
        raise argument("type")
    if kind not in {"limit", "market"}:
        raise argument("ordertype")
    flags = _flags(params)
    price = ZERO if kind == "market" else checked_price(pair, params, "price")
    vol = _volume(core, pair, params, flags, kind)
    _minima(core, pair, vol, price, side)
    cl_ord_id, userref = client_id(params), _userref(params)
    if cl_ord_id is not None and userref is not None:
        raise argument("cl_ord_id")
    if params.text("leverage", "none") not in {"none", "1", "1:1"}:
        raise Refused(refusals.MARGIN)
    now = core.state.now
    return Order(
        txid="",
        pair=pair.name,
        side=side,
        kind=kind,
        price=price,
        vol=vol,
        opened=now,
        stamped=now,
        rank=0,
        cl_ord_id=cl_ord_id,
        userref=userref,
        oflags=",".join(sorted(flags)),
        tif=_tif(params),
        expires=_expiry(params, now),
        foreign=foreign,
    )


def christen(core: Core, order: Order) -> None:
    """Give an order its id and its place in time."""
    order.txid, order.rank = core.name(names.ORDER), core.serial()


def check_unique(core: Core, order: Order) -> None:
    """Refuse a client's id that an open order has already."""
    if order.cl_ord_id is not None and order.cl_ord_id in core.book.by_client:
        raise Refused(refusals.DUPLICATE)


def checked_price(pair: Pair, params: Params, name: str) -> Decimal:
    """Read a price in the pair's decimals and on its grid."""
    price = params.above_zero(name)
    if price != price.quantize(pair.tick, ROUND_DOWN):
        raise price_decimals(pair.altname, pair.pair_decimals)
    return price


def checked_volume(pair: Pair, vol: Decimal) -> Decimal:
    """Refuse a volume that is written too finely or is below the minimum."""
    if vol != vol.quantize(pair.lot, ROUND_DOWN):
        raise argument("volume")
    if vol < pair.ordermin:
        raise Refused(refusals.ORDER_MINIMUM)
    return vol


def _flags(params: Params) -> set[str]:
    flags = set(params.words("oflags")) | {"fciq"}
    if not flags <= FLAGS or "fcib" in flags:
        raise argument("oflags")
    if "post" in flags and params.text("ordertype") == "market":
        raise argument("oflags")
    return flags


def _volume(core: Core, pair: Pair, params: Params, flags: set[str], kind: str) -> Decimal:
    vol = params.above_zero("volume")
    if "viqc" not in flags:
        return checked_volume(pair, vol)
    if kind != "market":
        raise argument("viqc")
    bid, ask = core.touch(pair)
    price = ask if params.text("type") == "buy" else bid
    return checked_volume(pair, (vol / price).quantize(pair.lot, ROUND_DOWN))


def _minima(core: Core, pair: Pair, vol: Decimal, price: Decimal, side: str) -> None:
    bid, ask = core.touch(pair)
    if (price or (ask if side == "buy" else bid)) * vol < pair.costmin:
        raise Refused(refusals.COST_MINIMUM)


def _userref(params: Params) -> int | None:
    if not params.text("userref"):
        return None
    userref = params.whole("userref")
    if abs(userref) > LARGEST_USERREF:
        raise argument("userref")
    return userref


def _tif(params: Params) -> str:
    word = params.text("timeinforce", "GTC").upper()
    if word not in TIMES:
        raise argument("timeinforce")
    return word


def _expiry(params: Params, now: int) -> int:
    word = params.text("expiretm", "0")
    if word in {"0", "+0"}:
        return 0
    seconds = Params({"expiretm": word.removeprefix("+")}).above_zero("expiretm")
    at = int(seconds * SECOND) + (now if word.startswith("+") else 0)
    if not now < at <= now + FURTHEST_END:
        raise argument("expiretm")
    return at
