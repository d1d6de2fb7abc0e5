"""Say what lowers the effective mode beside the record: holds, and a person's override of one desk.

Rules: a cap only ever lowers; an override has a reason and an end within a day, and ends only when both
clocks agree that it did; one that cannot be read caps at DRY. Holds that come and go by themselves
(operator, api_errors, venue) stop entries and leave the mode alone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from holdfast.clock import Clock
from holdfast.safety.durable import remove_durable, write_durable
from holdfast.safety.mode_record import Text, microseconds
from holdfast.safety.mode_state import LEVELS

HOLD_CAPS: Mapping[str, str] = MappingProxyType(
    {
        "estop": "HALT",
        "invariant": "DRY",
        "recon": "DRY",
        "alert": "DRY",
        **dict.fromkeys(("daily_loss", "total_loss", "drawdown"), "DRY"),
    }
)
LONGEST = timedelta(hours=24)
OVERRIDE = "mode.override"
NO_CAP = ("LIVE", "")


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's word that one desk must not go above a level for a while."""

    at_most: Literal["HALT", "DRY", "CANARY_LIVE"]
    issued_at: Annotated[datetime, msgspec.Meta(tz=True)]
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)]
    actor: Text
    reason: Text

    def __post_init__(self) -> None:
        if not timedelta(0) < self.expires_at - self.issued_at <= LONGEST:
            raise ValueError("an override ends after it begins, and within 24 hours")


class OverrideFile:
    """The override of one runtime."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.path = folder / OVERRIDE
        self._clock = clock
        self._first_seen: tuple[bytes, float] | None = None

    def write(self, override: Override) -> None:
        """Put an override in force."""
        write_durable(self.path, msgspec.json.encode(override))

    def remove(self) -> None:
        """Take the override away."""
        remove_durable(self.path)

    def cap(self) -> tuple[str, str]:
        """Say which level is the highest allowed, and by whom."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return NO_CAP
        except OSError:
            return "DRY", "override_unreadable"
        try:
            override = msgspec.json.decode(raw, type=Override)
        except msgspec.MsgspecError:
            return "DRY", "override_unreadable"
        return NO_CAP if self._over(raw, override) else (override.at_most, "override")

    def _over(self, raw: bytes, override: Override) -> bool:
        wall, now = self._clock.wall(), self._clock.monotonic()
        left = (microseconds(override.expires_at) - wall) / 1_000_000
        if self._first_seen is None or self._first_seen[0] != raw:
            self._first_seen = (raw, now + left)
        return left <= 0 and now >= self._first_seen[1]


def lowest(caps: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Say which of several caps is the lowest, and whose it is; the first named wins a tie."""
    return min(caps, key=lambda cap: LEVELS.index(cap[0]), default=NO_CAP)


def cap_of_holds(holds: Iterable[str]) -> tuple[str, str]:
    """Say how far the holds of a desk lower its mode."""
    return lowest((HOLD_CAPS[name], f"hold_{name}") for name in sorted(holds) if name in HOLD_CAPS)
