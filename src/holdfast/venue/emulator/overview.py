"""Tell the administrator all there is: money, orders, trades, counters, refusals, and proof of no twins."""

import msgspec

from holdfast.venue.emulator.core import Core
from holdfast.venue.emulator.session import Session
from holdfast.venue.emulator.state import Counter
from holdfast.venue.emulator.wire import ledger_row, state_row, trade_row

Told = dict[str, object]


def overview(session: Session, *, rows: bool) -> Told:
    """Tell everything; without `rows` the lists of what is over are left out."""
    core, founding = session.core, session.founding
    state = core.state
    told: Told = {
        "now_us": session.clock.now(),
        "origin_us": founding.clock.origin,
        "lock_step": founding.clock.lock_step,
        "speed": str(founding.clock.speed),
        "tier": founding.tier,
        "market": founding.market,
        "balances": {
            name: {
                "total": str(core.account.total(name)),
                "held": str(core.account.held(name)),
                "free": str(core.account.free(name)),
            }
            for name in state.balances
        },
        "counts": {
            "orders": len(state.orders),
            "closed": len(state.closed),
            "trades": len(state.trades),
            "ledger": len(state.ledger),
        },
        "open": [state_row(order) for order in core.book.everything()],
        "counters": {
            "rest": {key: _counter(one) for key, one in state.rest.items()},
            "engine": {pair: _counter(one) for pair, one in state.engine.items()},
        },
        "high_open": state.high_open,
        "rejects": state.rejects,
        "calls": state.calls,
        "nonces": state.nonces,
        "dead_man_us": state.dead_man,
        "faults": [msgspec.to_builtins(rule) for rule in state.faults],
    }
    if rows:
        told["closed"] = [state_row(state.orders[txid]) for txid in state.closed]
        told["trades"] = [{"txid": one.txid, **trade_row(one)} for one in state.trades]
        told["ledger"] = [{"txid": one.txid, **ledger_row(one)} for one in state.ledger]
    return told


def audit(core: Core) -> Told:
    """Tell how often each client's id was accepted, and which ones more than once."""
    accepted = {name: len(orders) for name, orders in core.by_client.items()}
    unnamed = [one.txid for one in core.state.orders.values() if one.cl_ord_id is None]
    return {
        "accepted": accepted,
        "repeated": {name: count for name, count in accepted.items() if count > 1},
        "unnamed": unnamed,
        "foreign": [one.txid for one in core.state.orders.values() if one.foreign],
    }


def _counter(counter: Counter) -> Told:
    return {"value": str(counter.value), "high": str(counter.high), "at_us": counter.at}
