"""Stateful: one slot through everything a venue, a market and a clock can do to it.

SlotStory holds at each step that reduce is pure and that its events fold to its slot. Here: the
invariants of the live check, double entry, ids, and that no exit is ever lost.
"""

import uuid
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from slot_story import SlotStory
from strategies import amounts, grids

from holdfast.domain.events import CycleBooked, OrderFilled, OrderPlaced, StickySet
from holdfast.domain.ids import NAMESPACE
from holdfast.domain.slots import Close, LegName, OrderStatus, Role, is_idle, phase
from holdfast.engine.accounts import Accounts, movements, net
from holdfast.engine.fold import evolve
from holdfast.engine.inputs import CancelFailed, ReleaseWanted, SideSuppressed
from holdfast.engine.invariants import breaches
from holdfast.engine.sizing import Sizing

shares = st.sampled_from([Decimal("0.05"), Decimal("0.3"), Decimal(1), Decimal(1)])
picks = st.integers(0, 20)
refusals = st.sampled_from(["insufficient_funds", "open_order_cap", "post_only", "not_placed"])


class SlotOnPaper(RuleBasedStateMachine):
    """A slot; rules come at random, and so do executions, ends, marks and times."""

    @initialize(rules=grids, sticky=st.booleans(), amount=amounts, compounding=st.booleans())
    def a_slot_begins(self, rules, sticky, amount, compounding):
        sizing = Sizing(base_sized=False, amount=amount, compounding=compounding)
        self.story = SlotStory(sticky=sticky, sizing=sizing)
        self.story.rules = rules
        self.accounts = Accounts("DOGE", "USD")
        self.sums = {}
        self.folded = 0
        self.story.enter()

    def live(self):
        slot = self.story.slot
        named = [("A", slot.a.order), ("B", slot.b.order)]
        named += [(f"r{one.recovery_id}", one.order) for one in slot.recoveries]
        return [name for name, order in named if order is not None]

    @rule()
    def both_legs_may_enter(self):
        self.story.enter()

    @precondition(lambda self: self.live())
    @rule(pick=picks, share=shares)
    def an_order_trades(self, pick, share):
        names = self.live()
        name = names[pick % len(names)]
        order = self.story.order(name)
        left = order.size - order.filled
        size = max(Decimal(1), (left * share).quantize(Decimal(1)))
        self.story.fill(name, min(size, left))

    @precondition(lambda self: self.live())
    @rule(pick=picks, status=st.sampled_from(["canceled", "expired"]))
    def an_order_ends(self, pick, status):
        names = self.live()
        self.story.end(names[pick % len(names)], status=status)

    @precondition(lambda self: self.live())
    @rule(pick=picks, reason=refusals)
    def an_order_that_traded_nothing_is_refused(self, pick, reason):
        names = [name for name in self.live() if not self.story.order(name).filled]
        if names:
            self.story.end(names[pick % len(names)], status="refused", reason=reason)

    @rule(change=st.integers(-300, 300))
    def the_market_moves(self, change):
        self.story.mark += self.story.mark * change / Decimal(10_000)
        self.story.moved()

    @precondition(lambda self: self.live())
    @rule(pick=picks)
    def an_order_fills(self, pick):
        names = self.live()
        self.story.fill(names[pick % len(names)])

    @rule(seconds=st.sampled_from([1, 59, 60, 90, 120, 1000]))
    def time_passes(self, seconds):
        self.story.wait(seconds).timed()
        self.story.owed()
        self.story.enter()

    @rule(seconds=st.sampled_from([90, 120]))
    def a_long_quiet_passes(self, seconds):
        for _ in range(3):
            self.time_passes(seconds)

    @rule()
    def owed_exits_are_tried(self):
        self.story.owed()

    @rule()
    def entries_are_withdrawn(self):
        self.story.withdraw()

    @rule(leg=st.sampled_from(list(LegName)), close=st.sampled_from(list(Close)))
    def an_exit_is_given_up(self, leg, close):
        self.story.do(ReleaseWanted(leg=leg, close=close, reason="operator"))

    @rule(leg=st.sampled_from(list(LegName)))
    def a_side_is_kept_away(self, leg):
        self.story.do(SideSuppressed(leg=leg))

    @precondition(lambda self: self.asked())
    @rule(pick=picks, outcome=st.sampled_from(["canceled", "denied", "unseen"]))
    def a_cancel_is_answered(self, pick, outcome):
        name = self.asked()[pick % len(self.asked())]
        if outcome == "denied":
            order_id = self.story.order(name).client_order_id
            self.story.do(CancelFailed(client_order_id=order_id, reason="denied"))
        else:
            self.story.end(name, blind=outcome == "unseen")

    def asked(self):
        return [name for name in self.live() if self.story.order(name).status == "canceling"]

    @rule(really=st.integers(0, 4))
    def an_operator_toggles_sticky(self, really):
        story = self.story
        if really:
            return
        event = StickySet(slot=0, sticky=not story.slot.sticky)
        story.slot = evolve(story.slot, event, story.now)
        story.history.append(event)

    @invariant()
    def the_live_check_finds_nothing(self):
        assert breaches(self.story.slot) == []

    @invariant()
    def an_idle_leg_has_a_reason(self):
        for leg in (self.story.slot.a, self.story.slot.b):
            assert not is_idle(leg) or leg.block != "none"

    @invariant()
    def a_sticky_slot_has_no_timer_of_two_exits(self):
        assert not self.story.slot.sticky or self.story.slot.s2_entered_at is None

    @invariant()
    def accounts_say_what_movements_say_and_sum_to_nothing(self):
        for event in self.story.history[self.folded :]:
            rows = movements(event, "DOGE", "USD")
            assert set(net(rows).values()) <= {Decimal(0)}
            for account, asset, amount in rows:
                self.sums[account, asset] = self.sums.get((account, asset), Decimal(0)) + amount
            self.accounts.apply(event)
        self.folded = len(self.story.history)
        known = {key: amount for key, amount in self.accounts.balances.items() if amount}
        assert known == {key: amount for key, amount in self.sums.items() if amount}
        assert set(self.accounts.sums().values()) == {Decimal(0)}

    @invariant()
    def what_is_held_is_what_live_orders_hold(self):
        slot = self.story.slot
        orders = [slot.a.order, slot.b.order, *(one.order for one in slot.recoveries)]
        held = {"buy": Decimal(0), "sell": Decimal(0)}
        for order in orders:
            if order is not None:
                held[order.side] += order.hold
        assert (self.accounts.held_quote, self.accounts.held_base) == (held["buy"], held["sell"])

    @invariant()
    def what_was_bought_and_not_sold_is_in_lots_dust_or_given_up(self):
        slot = self.story.slot
        lots = [(leg.name, leg.lot) for leg in (slot.a, slot.b) if leg.lot is not None]
        lots += [(one.leg, one.lot) for one in slot.recoveries]
        kept = sum(((lot.size - lot.closed) * (-1 if leg == "B" else 1)) for leg, lot in lots)
        for leg in (slot.a, slot.b):
            if leg.order is not None and leg.order.role is Role.ENTRY:
                kept += leg.order.filled * (-1 if leg.name == "B" else 1)
        assert self.accounts.balances.get(("slot:0", "DOGE"), Decimal(0)) == kept

    def teardown(self):
        if not hasattr(self, "story"):
            return
        history = self.story.history
        placed = [event for event in history if isinstance(event, OrderPlaced)]
        ids = [event.client_order_id for event in placed]
        assert len(set(ids)) == len(ids)
        for event in placed:
            parts = ("paper", "DOGE/USD", "0", event.leg, str(event.cycle), event.role)
            name = "|".join([*parts, f"a{event.attempt}"])
            assert event.client_order_id == str(uuid.uuid5(NAMESPACE, name))
        cycles = [(e.leg, e.cycle) for e in history if isinstance(e, CycleBooked)]
        assert len(set(cycles)) == len(cycles) == self.story.slot.round_trips
        fills = [event for event in history if isinstance(event, OrderFilled)]
        net_of_all = sum(e.net for e in history if isinstance(e, CycleBooked))
        assert self.story.slot.net_profit == net_of_all
        assert len({event.fill_id for event in fills}) == len(fills)
        self.settles()

    def settles(self):
        """Give time and funds: then every leg rests an order again, or owes nothing it could place."""
        story = self.story
        for _ in range(12):
            for name in self.live():
                if story.order(name).status is OrderStatus.CANCELING:
                    story.end(name)
            story.wait(1000).timed()
            story.owed()
            story.enter()
        slot = story.slot
        assert slot.a.order is not None or slot.a.block == "min_size", (slot.a, phase(slot))
        assert slot.b.order is not None or slot.b.block == "min_size", (slot.b, phase(slot))


def test_a_slot_keeps_its_promises_whatever_happens_to_it():
    run_state_machine_as_test(
        SlotOnPaper,
        settings=settings(max_examples=2 * settings.default.max_examples, stateful_step_count=25),
    )
