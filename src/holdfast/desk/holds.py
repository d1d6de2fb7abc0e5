"""Put up and take down named stops; they persist, and entries wait until none is left."""

from holdfast.desk.desk import Desk
from holdfast.domain.bookkeeping import HoldCleared, HoldSet
from holdfast.domain.errors import CommandRefused
from holdfast.redaction.redactor import REDACTOR

ALERT = "alert"  # an alert answered with DRY; a resume takes it down
NAMES = (
    *("operator", "daily_loss", "total_loss", "drawdown", "api_errors"),
    *("invariant", "recon", "estop", "venue", ALERT),
)


def put_up(desk: Desk, name: str, reason: str) -> None:
    """Put a hold up; putting it up again changes nothing."""
    if name not in NAMES:
        raise CommandRefused(f"unknown hold {name}; allowed: {', '.join(NAMES)}")
    if name not in desk.books.holds:
        desk.note(REDACTOR.note(HoldSet(name=name, reason=reason)))


def take_down(desk: Desk, name: str, reason: str) -> None:
    """Take a hold down."""
    if name not in desk.books.holds:
        raise CommandRefused(f"there is no hold {name}")
    desk.note(HoldCleared(name=name, reason=reason))
    desk.watch_again()
