"""Bring books and a real venue together, at the start, every few minutes and on demand.

Everything is read first, whole or not at all; an unanswered question changes nothing and is noted as
incomplete. Then executions are booked in the order of their time, ends after them, requests without
an answer are left to proof, and what was never sent is sent or given up. Orders of others are named
and never touched. Balances must then be what the books say, per asset, or `recon` holds.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby

import msgspec

from holdfast.desk.desk import Desk
from holdfast.desk.exchange.booked import FLOW, LOOK_BACK, Booked
from holdfast.desk.exchange.look import Look, Seen
from holdfast.desk.exchange.recall import Recall
from holdfast.desk.exchange.strays import Ended
from holdfast.desk.reconcile import commit, end_order
from holdfast.desk.turn import Turn
from holdfast.domain.bookkeeping import (
    AnomalyNoted,
    HoldCleared,
    HoldSet,
    Note,
    ReceiptsNoted,
    ReconcileNoted,
)
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.events import BalanceOpened
from holdfast.domain.intents import CancelOrder, PlaceOrder, RepriceOrder
from holdfast.domain.market import SECOND
from holdfast.domain.observations import End, Execution
from holdfast.domain.slots import EXIT, SALE, Order, OrderStatus
from holdfast.engine.intents import ABORTED
from holdfast.engine.parts import order_of
from holdfast.telemetry import log
from holdfast.venue.port import Balance, Exchange, VenueOrder

OVERLAP = 60 * SECOND  # an execution may be listed a moment after it happened
LEAST = Decimal("1e-8")
# A trade between two reads looks like a gap, so a gap is read again at once; one that stays is looked for among
# the account's movements, first those of the last hour, for each page of them is a call.
FLOWS_BACK = (0, LOOK_BACK, 7 * 24 * LOOK_BACK, 0)
REACHABLE = ("", ".F")  # the parts of an account that a total counts
AGREED, ADOPTED, ENDED, RESENT, GIVEN_UP = "agreed", "adopted", "ended", "asked_again", "given_up"
UNRESOLVED, UNSENT, LOST, FOREIGN = "unresolved", "not_sent_yet", "lost", "foreign"
RESTS_ON, RECALLED, MISFIT = "rests_after_its_end", "recalled", "misfit"
_ACTED = frozenset({ADOPTED, RECALLED, ENDED, RESENT, GIVEN_UP})


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What the last whole comparison found: per asset, and per order where it was not plainly agreed.

    `at` is the venue's time, `balances` holds venue and books, `counts` the orders of each verdict.
    """

    at: int
    balances: Mapping[str, tuple[Decimal, Decimal]]
    counts: Mapping[str, int]
    notable: tuple[tuple[str, str], ...]


class _Done(msgspec.Struct, kw_only=True):
    """What an agreement did; a verdict of a later look replaces only one that changed nothing."""

    resent: int = 0
    adopted: int = 0
    filled: int = 0
    ended: int = 0
    unresolved: int = 0
    foreign: list[str] = []
    lost: list[str] = []
    verdicts: dict[str, str] = {}

    def judge(self, name: str, verdict: str) -> None:
        """Say what was found of one order."""
        if self.verdicts.get(name) not in _ACTED:
            self.verdicts[name] = verdict


class Agreement:
    """The comparison of one desk with its venue."""

    def __init__(
        self,
        desk: Desk,
        exchange: Exchange,
        booked: Booked,
        ended: Ended,
        flows_since: int | None = None,
    ) -> None:
        self._desk = desk
        self._exchange = exchange
        self._booked = booked
        self._ended = ended
        self._flows_since = flows_since  # None: movements of the account are left to a person
        self.agreed_at: float | None = None  # monotonic seconds of the last clean one
        self.last: ReconcileNoted | None = None
        self.compared: Compared | None = None
        self._balances: Mapping[str, Balance] = {}
        self._recall = Recall(desk)
        self._look = Look(desk, exchange, booked, self._recall)
        desk.equipment.compared = self.balances_then

    def __call__(self, *, starting: bool = False) -> ReconcileNoted:
        """Compare and mend; return what was done."""
        begun, done, gaps = self._exchange.calls, _Done(), list[str]()
        complete = True
        since = max(0, self._desk.now - LOOK_BACK)
        try:
            for back in FLOWS_BACK:
                at = self._exchange.wall()
                self._take_in(self._look(since), done)
                gaps = [*done.lost, *self._differences()]
                if not gaps:
                    break
                since = max(since, at - OVERLAP)  # what is older was read just now
                self._book_flows(back)
        except VenueUnavailable as error:
            complete = False
            log.warning(f"the venue could not be compared with the books: {error}")
        calls = self._exchange.calls - begun
        return self._note(done, gaps, complete=complete, calls=calls, starting=starting)

    def balances_then(self) -> tuple[int, Mapping[str, tuple[Decimal, Decimal]]] | None:
        """Say when the last whole comparison was, and venue and books of each asset then."""
        return None if self.compared is None else (self.compared.at, self.compared.balances)

    def _take_in(self, seen: Seen, done: _Done) -> None:
        self._balances = seen.balances
        misfits = self._relive(seen, done)
        known = set(self._desk.books.orders)
        done.filled += self._book(seen.executions)
        done.lost, done.foreign, done.unresolved = misfits, [], 0
        self._unsent(seen.found, done)
        unsent = {one.client_order_id for one in self._desk.outbox}
        done.verdicts = {name: one for name, one in done.verdicts.items() if one in _ACTED}
        for name, slot_id in sorted(self._desk.books.orders.items()):
            if name in unsent:
                done.judge(name, UNSENT)
            else:
                order = order_of(self._desk.books.slots[slot_id], name)
                self._order(slot_id, order, seen.found.get(name), done)
        self._others([row for row in seen.resting if row.client_order_id not in known], done)
        self._desk.reindex()

    def _relive(self, seen: Seen, done: _Done) -> list[str]:
        """Bring books that are behind up to the venue; name what of it does not fit them."""
        books = self._desk.books
        self._desk.outbox = deque(
            one
            for one in self._desk.outbox
            if not (isinstance(one, PlaceOrder) and one.client_order_id in seen.found)
        )
        grown = any(
            name in seen.found
            and seen.found[name].filled > order_of(books.slots[slot_id], name).size
            for name, slot_id in books.orders.items()
        )
        if not (seen.claims or grown):
            return []
        new = {one.fill_id for one in self._booked.new(one for _, one in seen.executions)}
        told = [row for row in seen.executions if row[1].fill_id in new]
        misfits = self._recall.replay(seen.claims, told, seen.found)
        done.filled += sum(one.fill_id in self._booked for _, one in told)
        done.adopted += len(seen.claims) - len(misfits)
        for name in seen.claims:
            done.judge(name, MISFIT if name in misfits else RECALLED)
        log.warning(
            f"the ledger was behind the venue: {len(seen.claims)} orders of ours it did not know, "
            f"{len(told)} executions, {len(misfits)} that do not fit"
        )
        return [f"order {name} is ours by its id and does not fit the books" for name in misfits]

    def _book(self, executions: Sequence[tuple[int, Execution]]) -> int:
        new = {one.fill_id for one in self._booked.new(one for _, one in executions)}
        missed = [(at, one) for at, one in executions if one.fill_id in new]
        for at, rows in groupby(missed, key=lambda row: row[0]):
            batch = [one for _, one in rows]
            self._desk.now = max(self._desk.now, at)
            turn = Turn(self._desk, self._desk.now, batch[-1].price)
            for execution in batch:
                turn.order(execution)
            commit(self._desk, turn)
        return len(missed)

    def _book_flows(self, back: int) -> None:
        """Book deposits, withdrawals and the like so far back that the books have not seen."""
        desk = self._desk
        if self._flows_since is None or not back:
            return
        since = max(self._flows_since, desk.now - back)
        new = [
            flow
            for flow in self._exchange.flows(since)
            if flow.flow_id not in self._booked.flows
            and flow.part in REACHABLE
            and flow.at > self._flows_since  # what came before is in the opening balances
        ]
        events = [
            BalanceOpened(
                asset=flow.asset,
                amount=flow.amount - flow.fee,
                reason=f"{FLOW}{flow.flow_id} {flow.kind}",
            )
            for flow in new
        ]
        if events:
            desk.record(desk.now, events)

    def _order(self, slot_id: int, order: Order, found: VenueOrder | None, done: _Done) -> None:
        name, books = order.client_order_id, self._desk.books
        if found is not None:
            self._there(slot_id, order, found, done)
        elif name in books.submissions and books.submissions[name].action == "place":
            done.unresolved += 1
            done.judge(name, UNRESOLVED)
        else:
            done.judge(name, LOST)
            done.lost.append(f"order {name} is in the books and nowhere at the venue")

    def _there(self, slot_id: int, order: Order, found: VenueOrder, done: _Done) -> None:
        name = order.client_order_id
        if found.status != "open" and found.filled > order.filled:
            done.unresolved += 1  # its executions have not been told yet
            done.judge(name, UNRESOLVED)
            return
        if found.status != "open":
            done.judge(name, ENDED)
        if name in self._desk.books.unanswered:
            self._desk.note(ReceiptsNoted(accepted=(name,)))
            done.adopted += 1
            done.judge(name, ADOPTED)
        if found.status == "open":
            resent = self._ask_again(order, found)
            done.resent += resent
            done.judge(name, RESENT if resent else AGREED)
        else:
            end_order(self._desk, slot_id, End(client_order_id=name, status=found.status))
            done.ended += 1

    def _unsent(self, found: Mapping[str, VenueOrder], done: _Done) -> None:
        """Send exits that never left, under their own ids, and give entries up.

        One that the venue knows did leave: by a life whose ledger was lost.

        Between ticks all that is to be sent is in the outbox; what is not is of a life before.
        """
        desk, books = self._desk, self._desk.books
        waiting = {one.client_order_id for one in desk.outbox}
        for name in sorted(books.unanswered - books.submissions.keys() - waiting - found.keys()):
            slot_id = books.orders[name]
            order = order_of(books.slots[slot_id], name)
            if order.role is EXIT:
                takes = order.reason == SALE
                place = PlaceOrder(name, order.side, order.role, order.price, order.size, takes)
                desk.outbox.append(place)
                done.resent += 1
                done.judge(name, RESENT)
            else:
                end_order(
                    desk, slot_id, End(client_order_id=name, status="refused", reason=ABORTED)
                )
                done.ended += 1
                done.judge(name, GIVEN_UP)

    def _ask_again(self, order: Order, found: VenueOrder) -> int:
        name = order.client_order_id
        if name in self._desk.books.submissions:
            return 0
        if order.status is OrderStatus.CANCELING:
            self._desk.outbox.append(CancelOrder(client_order_id=name, role=order.role))
            return 1
        if (found.price, found.size) == (order.price, order.size):
            return 0
        self._desk.outbox.append(
            RepriceOrder(
                client_order_id=name, revision=order.revision, price=order.price, size=order.size
            )
        )
        return 1

    def _others(self, resting: Sequence[VenueOrder], done: _Done) -> None:
        """Name orders of others; one of ours that was proven over is asked to end, and said.

        What was live when the look began may have traded between two of its reads: that is no proof.
        """
        for row in resting:
            name = row.client_order_id
            if self._ended(name) is None:
                done.foreign.append(name)
                done.judge(name, FOREIGN)
                continue
            detail = f"{name} rests at the venue after its end was booked; its cancel is asked for"
            self._desk.note(AnomalyNoted(kind="rests_after_end", detail=detail))
            self._exchange.cancel(CancelOrder(client_order_id=name, role=EXIT))
            done.lost.append(f"order {name} rests after its end was booked")
            done.judge(name, RESTS_ON)

    def _differences(self) -> list[str]:
        return [
            f"{asset}: venue {theirs}, books {ours}"
            for asset, (theirs, ours) in self._both_sides().items()
            if abs(theirs - ours) > LEAST
        ]

    def _both_sides(self) -> dict[str, tuple[Decimal, Decimal]]:
        accounts, nothing = self._desk.books.accounts, Balance(Decimal(0), Decimal(0))
        return {
            asset: (self._balances.get(asset, nothing).total, accounts.total(asset))
            for asset in (accounts.base, accounts.quote)
        }

    def _compared(self, done: _Done) -> Compared:
        counts = Counter(done.verdicts.values())
        notable = sorted(row for row in done.verdicts.items() if row[1] != AGREED)
        return Compared(
            at=self._exchange.wall(),
            balances=self._both_sides(),
            counts=dict(counts),
            notable=tuple(notable),
        )

    def _note(
        self, done: _Done, gaps: list[str], *, complete: bool, calls: int, starting: bool
    ) -> ReconcileNoted:
        agreed = complete and not gaps
        if starting and agreed and not done.unresolved:
            # Nothing before this moment is left to hear of; else the look goes on from the last event.
            self._desk.now = max(self._desk.now, self._exchange.wall())
        note = ReconcileNoted(
            resent=done.resent,
            adopted=done.adopted,
            filled=done.filled,
            ended=done.ended,
            foreign=tuple(done.foreign),
            agreed=agreed,
            unresolved=done.unresolved,
            calls=calls,
            gaps=tuple(gaps),
            complete=complete,
        )
        holds = self._hold(gaps) if complete else self._unseen(starting=starting)
        self._desk.note(note, *holds)
        self.last = note
        if complete:
            self.compared = self._compared(done)
        if agreed:
            self.agreed_at = self._desk.clock.monotonic()
        self._desk.watch_again()
        return note

    def _hold(self, gaps: list[str]) -> list[Note]:
        holds, why = self._desk.books.holds, "books and venue were compared"
        notes: list[Note] = [HoldCleared(name="venue", reason=why)] if "venue" in holds else []
        if gaps:
            return [*notes, HoldSet(name="recon", reason="; ".join(gaps))]
        if "recon" in holds:
            notes.append(HoldCleared(name="recon", reason="books and venue agree"))
        return notes

    def _unseen(self, *, starting: bool) -> list[Note]:
        if starting and "venue" not in self._desk.books.holds:
            return [HoldSet(name="venue", reason="not compared with the venue since the start")]
        return []
