"""Keep a row of limits for each principal: the operator, an API client, a chat user.

Rules: the book is a fold of `PolicyNoted` notes. A principal nobody has met gets the default row; the
operator has none and is held by desk and stage alone. A row can only narrow what desk and stage allow.
A change that tightens needs nobody; one that loosens any field needs a reason and the id of a second
person. Nothing here writes: a change is answered with the note that is to be committed.
"""

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.domain.bookkeeping import Note, PolicyNoted
from holdfast.domain.errors import CommandRefused
from holdfast.safety.risk_policy import (
    FIELDS,
    RiskPolicy,
    UnfitRow,
    is_looser,
    narrowed,
    read_row,
    stricter,
)

OPERATOR = "operator"
DEFAULT_ROW: Mapping[str, str] = MappingProxyType(
    {
        "max_leverage": "1",
        "max_order_notional_usd": "10",
        "max_symbol_exposure_usd": "50",
        "max_total_exposure_usd": "100",
        "max_open_orders": "50",
        "max_orders_per_minute": "10",
        "daily_loss_limit": "3",
        "max_drawdown_pct": "10",
    }
)
_NONE: Mapping[str, str] = MappingProxyType({})


class PolicyBook:
    """Every principal's row, folded."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, str]] = {}

    def apply(self, note: Note) -> None:
        """Take a note in; any but ours is passed over."""
        if isinstance(note, PolicyNoted):
            row = dict(self._rows.get(note.principal, {}))
            for name, (_, after) in note.changes.items():
                if after:
                    row[name] = after
                else:
                    row.pop(name, None)
            self._rows[note.principal] = row

    @property
    def rows(self) -> Mapping[str, Mapping[str, str]]:
        """Return every row that is kept."""
        return MappingProxyType(self._rows)

    def row(self, principal: str) -> Mapping[str, str]:
        """Return what holds for a principal: its row, the default one, or for the operator none."""
        kept = self._rows.get(principal)
        if kept is not None:
            return kept
        return _NONE if principal == OPERATOR else DEFAULT_ROW

    def policy_for(
        self, principal: str, desk: RiskPolicy, stage: Mapping[str, str] = _NONE
    ) -> RiskPolicy:
        """Take the stricter of desk, stage and principal."""
        return stricter(narrowed(desk, stage), narrowed(desk, self.row(principal)))

    def welcome(self, principal: str) -> PolicyNoted | None:
        """Note the default row of a principal nobody has met; None where it has a row, or needs none."""
        if principal in self._rows or principal == OPERATOR:
            return None
        return PolicyNoted(
            principal=principal,
            changes={name: ("", value) for name, value in DEFAULT_ROW.items()},
            reason="the default row of a new principal",
        )

    def change(
        self,
        principal: str,
        wanted: Mapping[str, str],
        *,
        actor: str,
        reason: str = "",
        approver: str = "",
    ) -> PolicyNoted:
        """Make the note of a change; an empty value takes a limit away. Raise CommandRefused."""
        row = self.row(principal)
        if not wanted:
            raise CommandRefused("nothing is to be changed")
        try:
            read_row({name: text for name, text in wanted.items() if text})
        except UnfitRow as error:
            raise CommandRefused(str(error)) from None
        unknown = sorted(wanted.keys() - FIELDS.keys())
        if unknown:
            raise CommandRefused(f"{unknown[0]} is no field of a policy")
        looser = sorted(name for name in wanted if is_looser(name, row.get(name, ""), wanted[name]))
        if looser:
            _need_two(looser, actor, reason, approver)
        # a row begun by a change keeps what was in force for its principal until then
        known = {} if principal in self._rows else {name: ("", row[name]) for name in row}
        changes = known | {
            name: (row.get(name, ""), text)
            for name, text in wanted.items()
            if row.get(name, "") != text
        }
        if not changes:
            raise CommandRefused("it is so already")
        return PolicyNoted(principal=principal, changes=changes, reason=reason, approver=approver)


def _need_two(looser: list[str], actor: str, reason: str, approver: str) -> None:
    named = ", ".join(looser)
    if not reason.strip():
        raise CommandRefused(f"{named} would be loosened; that needs a reason")
    if not approver.strip() or approver.strip().casefold() == actor.strip().casefold():
        raise CommandRefused(f"{named} would be loosened; that needs a second person's id")
