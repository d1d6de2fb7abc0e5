"""Let a write leave only under a permit that is good in this very moment.

Rules: a permit is minted in LIVE alone and is short; the judgement is made again right before the call,
with the kill file looked at, so a stop that came in between is honoured; what lowers risk needs less
than what raises it. A call that is already on the wire cannot be called back: its deadline bounds it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

import msgspec

from holdfast.domain.intents import CancelOrder, Intent, PlaceOrder
from holdfast.domain.slots import Role
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.mode_state import Mode, ModeState, effective_level
from holdfast.safety.permissions import Act, refusal

_SENDS = {Role.ENTRY: Act.ENTRY, Role.EXIT: Act.EXIT}
_CANCELS = {Role.ENTRY: Act.CANCEL_ENTRY, Role.EXIT: Act.CANCEL_EXIT}


class LivePermit(msgspec.Struct, frozen=True, kw_only=True):
    """Leave to send under one epoch, for one market, up to one notional, until a monotonic time."""

    epoch: int
    expires_mono: float
    tenant: str
    symbol: str
    max_notional: Decimal


class PermitTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk is given permits for; `symbols` None allows its own market."""

    tenant: str
    symbol: str
    max_notional: Decimal
    symbols: frozenset[str] | None = None
    cancel_entries_when_stopped: bool = True


class OrderFacts(Protocol):
    """What the boundary asks the books about one order."""

    def role(self, client_order_id: str) -> Role | None:
        """Say what an order is for; None where the books do not know it."""

    def exit_size(self, client_order_id: str) -> Decimal:
        """Say how large an exit may be at most, its executed part included; 0 where none is owed."""


class PermitBoundary:
    """The last judgement before the wire; a `Boundary` of the venue's port."""

    def __init__(
        self, execution: ExecutionMode, terms: Callable[[], PermitTerms], orders: OrderFacts
    ) -> None:
        self._execution = execution
        self._terms = terms
        self._orders = orders
        self._permit: LivePermit | None = None

    def mint(self) -> LivePermit | None:
        """Take a permit for the submissions that are about to be committed; None unless LIVE."""
        state, rules, terms = self._execution.look(), self._execution.rules, self._terms()
        self._permit = None
        if state.mode is Mode.LIVE and state.last_good is not None:
            now = self._execution.clock.monotonic()
            ends = (now + rules.permit_ttl_s, state.last_good + rules.max_read_age_s)
            self._permit = LivePermit(
                epoch=state.seen_epoch,
                expires_mono=min(*ends, state.lease_until),
                tenant=terms.tenant,
                symbol=terms.symbol,
                max_notional=terms.max_notional,
            )
        return self._permit

    def refusal(self, intent: Intent, notional: Decimal) -> str:
        """Say why a call must not be made, empty where it may; `notional` is in quote."""
        state = self._execution.look()
        act = self._act(intent)
        reason = refusal(
            state.mode,
            act,
            cancel_entries=self._terms().cancel_entries_when_stopped,
            break_glass=self._execution.glass_broken,
        )
        if reason or isinstance(intent, CancelOrder):
            return reason
        if state.mode is Mode.LIVE:
            reason = self._unpermitted(state)
        if reason:
            return reason
        if act is Act.ENTRY:
            return self._above_caps(notional, state)
        held = self._orders.exit_size(intent.client_order_id)
        return "" if intent.size <= held else "exit_above_held"

    def simulation_refusal(self) -> str:
        """Say why nothing may be simulated either, empty where it may."""
        state = self._execution.look()
        if effective_level(state, self._execution.rules) == "HALT":
            return "mode_halt"
        return refusal(state.mode, Act.SIMULATE)

    def _act(self, intent: Intent) -> Act:
        if isinstance(intent, CancelOrder):
            return _CANCELS[intent.role]
        if isinstance(intent, PlaceOrder):
            return _SENDS[intent.role]
        return _SENDS[self._orders.role(intent.client_order_id) or Role.ENTRY]

    def _unpermitted(self, state: ModeState) -> str:
        permit, terms = self._permit, self._terms()
        if permit is None:
            return "permit_missing"
        if self._execution.clock.monotonic() > permit.expires_mono:
            return "permit_expired"
        if permit.epoch != state.seen_epoch:
            return "permit_epoch"
        if (permit.tenant, permit.symbol) != (terms.tenant, terms.symbol):
            return "permit_symbol"
        return ""

    def _above_caps(self, notional: Decimal, state: ModeState) -> str:
        permit, terms = self._permit, self._terms()
        if terms.symbols is not None and terms.symbol not in terms.symbols:
            return "symbol_not_allowed"
        if permit is not None and notional <= min(permit.max_notional, terms.max_notional):
            return ""
        canary = effective_level(state, self._execution.rules) == "CANARY_LIVE"
        return "canary_notional" if canary else "notional_above_cap"
