"""Do what the administrator asks: orders by hand, fills, money in and out, fault plans.

Rules: each is a request like any other, journaled and applied again after a death.
"""

from collections.abc import Callable
from types import MappingProxyType

import msgspec

from holdfast.venue.emulator import names
from holdfast.venue.emulator.core import USER, Core
from holdfast.venue.emulator.listing import ASSET_NAMES, EARN_ASSETS, Asset
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.refusals import FUNDS, UNKNOWN_ORDER, Refused, argument
from holdfast.venue.emulator.state import ZERO, Rule
from holdfast.venue.emulator.trading import fill_by_hand, place_by_hand

Result = dict[str, object]
FLOWS = ("deposit", "withdrawal", "earn", "unearn")


def put_in_force(core: Core, params: Params) -> Result:
    """Put a fault plan in force, in place of the old one or after it."""
    rules = msgspec.convert(params.given.get("rules"), list[Rule])
    kept = core.state.faults if params.truth("append") else []
    core.state.faults = [*kept, *rules]
    core.state.plan = params.text("plan")
    return {"rules": len(core.state.faults)}


def flow(core: Core, params: Params) -> Result:
    """Move money in, out, or between an asset and its earning form."""
    asset, kind = ASSET_NAMES.get(params.text("asset")), params.text("kind")
    if asset is None:
        raise argument("asset")
    if kind not in FLOWS:
        raise argument("kind")
    amount, fee = params.above_zero("amount"), params.amount("fee") or ZERO
    if fee < 0:
        raise argument("fee")
    refid, now = core.name(names.REFERENCE), core.state.now
    if kind == "deposit":
        core.account.move(asset.name, amount, fee, "deposit", refid, now)
        return {"refid": refid}
    source = _earning(asset) if kind == "unearn" else asset
    if amount + fee > core.account.free(source.name):
        raise Refused(FUNDS)
    core.account.move(
        source.name, -amount, fee, "withdrawal" if kind == "withdrawal" else "transfer", refid, now
    )
    if kind != "withdrawal":
        target = _earning(asset) if kind == "earn" else asset
        core.account.move(target.name, amount, ZERO, "transfer", refid, now)
    return {"refid": refid}


def cancel_by_hand(core: Core, params: Params) -> Result:
    """Cancel an order behind its client's back."""
    word = params.text("txid") or params.text("cl_ord_id")
    order = core.state.orders.get(word) or core.book.by_client.get(word)
    if order is None or order.status != "open":
        raise Refused(UNKNOWN_ORDER)
    core.end(order, "canceled", params.text("reason", USER))
    return {"txid": order.txid}


OFFICES: MappingProxyType[str, Callable[[Core, Params], Result]] = MappingProxyType(
    {
        "emulator/order": place_by_hand,
        "emulator/fill": fill_by_hand,
        "emulator/cancel": cancel_by_hand,
        "emulator/flow": flow,
        "emulator/faults": put_in_force,
    }
)


def _earning(asset: Asset) -> Asset:
    return next(one for one in EARN_ASSETS if one.code.removesuffix(".F") == asset.code)
