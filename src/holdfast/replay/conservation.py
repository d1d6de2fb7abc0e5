"""Compare the books of a finished replay with the venue's own balances, to the last unit.

Rules: calls that were committed but did not fit the last tick's budget are sent first, as a desk
that starts again would send them; nothing is decided anew. No difference is too small to be named.
"""

from collections.abc import Mapping

from holdfast.desk.desk import Desk
from holdfast.desk.execute import send
from holdfast.desk.turn import Turn
from holdfast.domain.errors import LedgerCorrupt
from holdfast.engine.accounts import Accounts
from holdfast.venue.port import Balance

ROUNDS = 1_000


def send_waiting(desk: Desk) -> int:
    """Send the calls that still wait in the outbox; say how many rounds of a budget that took."""
    rounds = 0
    while desk.outbox:
        if rounds == ROUNDS:
            raise LedgerCorrupt(f"{len(desk.outbox)} calls still wait after {rounds} budgets")
        desk.counters.begin_tick()
        send(Turn(desk, desk.now, desk.mark))
        rounds += 1
    return rounds


def differences(accounts: Accounts, balances: Mapping[str, Balance]) -> list[str]:
    """List where ledger and venue disagree, and assets whose accounts do not sum to zero."""
    found = []
    for asset in sorted({*balances, accounts.base, accounts.quote}):
        at_venue = balances.get(asset)
        free, held = (at_venue.free, at_venue.held) if at_venue is not None else (0, 0)
        for name, ours, theirs in (
            ("free", accounts.free(asset), free),
            ("held", accounts.held(asset), held),
        ):
            if ours != theirs:
                text = f"the ledger has {ours:f} {asset} {name}, the venue {theirs:f}"
                found.append(f"{text}; difference {ours - theirs:f}")
    for asset, total in accounts.sums().items():
        if total:
            found.append(f"all accounts together hold {total:f} {asset}, and must hold 0")
    return found
