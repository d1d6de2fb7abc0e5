"""Let the execution mode be a desk's authority, and measure for it what arming needs."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from holdfast.desk import holds
from holdfast.desk.authority import Write
from holdfast.desk.desk import Desk
from holdfast.desk.exchange.equip import Gear
from holdfast.domain.errors import VenueUnavailable
from holdfast.domain.money import ZERO
from holdfast.domain.slots import EXIT, Role
from holdfast.engine.parts import order_of
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_state import Mode
from holdfast.safety.permissions import Act, refusal
from holdfast.safety.permit import PermitBoundary
from holdfast.safety.preconditions import Readings, judged, unmet
from holdfast.safety.reader import DeskFacts, ModeReader

SKEW_SECONDS = 60.0  # between two looks at the venue's clock
ESTOP = "estop"
_ACTS: Mapping[Write, Act] = {"entry": Act.ENTRY, "exit": Act.EXIT, "cancel": Act.CANCEL_ENTRY}


class ModeAuthority:
    """What may leave under the effective mode of this very moment."""

    def __init__(self, execution: ExecutionMode, boundary: PermitBoundary) -> None:
        self._execution = execution
        self._boundary = boundary

    @property
    def epoch(self) -> int:
        """Return the epoch of the record that is in force."""
        return self._execution.state.seen_epoch

    def may(self, write: Write) -> bool:
        """Say whether writes of a kind may leave."""
        mode = self._execution.look().mode
        return not refusal(mode, _ACTS[write], break_glass=self._execution.glass_broken)

    def withdraws(self) -> str:
        """Ask for the end of entries while the mode drains or stops."""
        mode = self._execution.look().mode
        return f"mode_{mode.value.lower()}" if mode in {Mode.DRAIN, Mode.ESTOP} else ""

    def prepare(self) -> None:
        """Take a permit for what is about to be committed and sent."""
        self._boundary.mint()

    def simulates(self) -> bool:
        """Say whether orders may be simulated instead of sent."""
        return not self.may("entry") and not self._boundary.simulation_refusal()


class BookOrders:
    """What the boundary asks of a desk's books about one order."""

    def __init__(self) -> None:
        self.desk: Desk | None = None

    def role(self, client_order_id: str) -> Role | None:
        """Say what an order is for; None where the books do not know it."""
        desk = self.desk
        slot_id = None if desk is None else desk.books.orders.get(client_order_id)
        if desk is None or slot_id is None:
            return None
        return order_of(desk.books.slots[slot_id], client_order_id).role

    def exit_size(self, client_order_id: str) -> Decimal:
        """Say how large an exit may be at most, its executed part included."""
        desk = self.desk
        slot_id = None if desk is None else desk.books.orders.get(client_order_id)
        if desk is None or slot_id is None:
            return ZERO
        slot = desk.books.slots[slot_id]
        order = order_of(slot, client_order_id)
        if order.role is not EXIT:
            return ZERO
        owners = [*((leg.lot, leg.order) for leg in (slot.a, slot.b))]
        owners += [(one.lot, one.order) for one in slot.recoveries]
        lots = [lot for lot, live in owners if lot is not None and live is order]
        return lots[0].size - lots[0].closed + order.filled if lots else ZERO


class ModeDuty:
    """Between ticks: read the mode, tell it how the desk stands, journal what changed."""

    def __init__(
        self,
        reader: ModeReader,
        gear: Gear,
        *,
        key_fault: Callable[[], str | None],
        skew: Callable[[], float],
        caps: Callable[[], Mapping[str, Decimal | None]],
    ) -> None:
        self._reader = reader
        self._gear = gear
        self._key_fault = key_fault
        self._skew = skew
        self._caps = caps
        self._skew_us: int | None = None
        self._skew_at: float | None = None
        self.readings: Readings | None = None

    def __call__(self, desk: Desk) -> None:
        """Do one look."""
        self.readings = self._read(desk)
        facts = DeskFacts(
            open_orders=len(desk.books.orders) + len(desk.index.owed),
            unmet=unmet(judged(self.readings)),
            holds=frozenset(desk.books.holds),
        )
        notes = self._reader.tick(facts)
        if notes:
            desk.note(*notes)
            for note in notes:
                self._hold(desk, note.after, note.cause)
            desk.watch_again()

    def _hold(self, desk: Desk, after: str, cause: str) -> None:
        standing = ESTOP in desk.books.holds
        if after == Mode.ESTOP.value and not standing:
            holds.put_up(desk, ESTOP, cause)
        elif after != Mode.ESTOP.value and standing:
            holds.take_down(desk, ESTOP, cause)

    def _read(self, desk: Desk) -> Readings:
        now, agreed = desk.clock.monotonic(), self._gear.agreement.agreed_at
        sha = self._reader.execution.profile_sha()
        return Readings(
            profile_sha=sha,
            approved_sha=sha,  # a record of another digest is refused by the machine itself
            key_fault=self._key_fault(),
            clean_reconcile_age_s=None if agreed is None else now - agreed,
            unknown_intents=len(desk.books.submissions),
            daily_loss_locked="daily_loss" in desk.books.holds,
            clock_skew_us=self._measured_skew(now),
            caps=self._caps(),
        )

    def _measured_skew(self, now: float) -> int | None:
        if self._skew_at is None or now - self._skew_at >= SKEW_SECONDS:
            self._skew_at = now
            try:
                self._skew_us = round(self._skew() * 1_000_000)
            except VenueUnavailable:
                self._skew_us = None
        return self._skew_us
