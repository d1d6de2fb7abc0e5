"""Name the states of the execution mode, what may happen to it, and what is told about it.

Rules: all values; times are seconds of a monotonic clock but for `wall` (µs UTC), which only says when
a request ends.
"""

from enum import StrEnum

import msgspec

from holdfast.safety.mode_record import ModeRecord

LEVELS = ("HALT", "DRY", "CANARY_LIVE", "LIVE")


class Mode(StrEnum):
    """How a desk stands towards its venue; DRAIN lets go of entries and keeps exits."""

    BOOT = "BOOT"
    DRY = "DRY"
    ARMING = "ARMING"
    LIVE = "LIVE"
    DRAIN = "DRAIN"
    ESTOP = "ESTOP"


class ModeRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a profile says about the execution mode; `most` is the highest level it may reach."""

    env: str
    most: str = "DRY"
    arm_reads: int = 3
    arm_min_span_s: float = 10.0
    arm_spacing_s: float = 1.0
    read_interval_s: float = 5.0
    read_timeout_s: float = 2.0
    max_read_age_s: float = 15.0
    live_lease_s: float = 900.0
    renew_after_s: float = 300.0
    permit_ttl_s: float = 3.0
    flap_changes: int = 2
    flap_window_s: float = 600.0
    clock_jump_s: float = 5.0


class ModeState(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides the effective mode; a new process starts with the default.

    `latched_epoch` None means: a stop came before any record was seen, the first one fixes it.
    """

    mode: Mode = Mode.BOOT
    streak: int = 0
    first_counted: float = 0.0
    last_counted: float = 0.0
    last_good: float | None = None
    record: ModeRecord | None = None
    seen_epoch: int = 0
    lease_seen: float = 0.0
    lease_until: float = 0.0
    grant_until: float = 0.0
    clocks: tuple[int, float] | None = None
    edges: tuple[float, ...] = ()
    flap_blocked: bool = False
    flap_acknowledged: bool = False
    latched: bool = False
    latched_epoch: int | None = None
    stopped_by: str = ""
    open_orders: int = 0
    unmet: tuple[str, ...] = ("not_measured",)
    cap: str = "LIVE"
    capped_by: str = ""


class ReadGood(msgspec.Struct, frozen=True, kw_only=True):
    """A document was read whole; `profile_sha` is the digest of the running profile."""

    record: ModeRecord
    wall: int
    profile_sha: str


class ReadFailed(msgspec.Struct, frozen=True, kw_only=True):
    """A read gave nothing that may be trusted: exception, timeout, missing, bad_json, wrong_schema."""

    kind: str
    wall: int


class TimePassed(msgspec.Struct, frozen=True):
    """Nothing happened but time."""


class Booted(msgspec.Struct, frozen=True):
    """Start-up reconciliation is over, clean or not."""


class OrdersCounted(msgspec.Struct, frozen=True):
    """The desk has so many orders of its own that are open, unknown, or owed exits."""

    count: int


class Measured(msgspec.Struct, frozen=True):
    """These preconditions of arming are not met."""

    unmet: tuple[str, ...]


class Capped(msgspec.Struct, frozen=True):
    """No more than this level is allowed, by an override or a hold."""

    level: str
    by: str


class Stopped(msgspec.Struct, frozen=True):
    """One copy of the emergency stop is set; `epoch` is the one it was set under, where known."""

    source: str
    epoch: int | None = None


class ResumeAsked(msgspec.Struct, frozen=True):
    """An operator asks to leave the emergency stop, having seen the record of this epoch."""

    epoch: int


class FlapAcknowledged(msgspec.Struct, frozen=True):
    """An operator knows of the flapping and lets the next promotion pass."""


ModeEvent = (
    ReadGood
    | ReadFailed
    | TimePassed
    | Booted
    | OrdersCounted
    | Measured
    | Capped
    | Stopped
    | ResumeAsked
    | FlapAcknowledged
)


class Changed(msgspec.Struct, frozen=True):
    """The mode changed."""

    before: Mode
    after: Mode
    cause: str


class ReadRejected(msgspec.Struct, frozen=True):
    """A read did not count, and why."""

    kind: str


class PromotionBlocked(msgspec.Struct, frozen=True):
    """LIVE was earned and is refused, for the mode changed too often."""


class ClockJumped(msgspec.Struct, frozen=True):
    """Wall and monotonic time went apart between two reads, by so many seconds."""

    seconds: float


class ResumeRefused(msgspec.Struct, frozen=True):
    """The emergency stop stays, and why."""

    reason: str


ModeNews = Changed | ReadRejected | PromotionBlocked | ClockJumped | ResumeRefused


def lower(one: str, other: str) -> str:
    """Say which of two levels is the lower."""
    return min(one, other, key=LEVELS.index)


def effective_level(state: ModeState, rules: ModeRules) -> str:
    """Say what the desk effectively does: HALT, DRY, CANARY_LIVE, LIVE, or DRAIN on the way down."""
    most = lower(rules.most, state.cap)
    if state.mode is Mode.ESTOP or most == "HALT":
        return "HALT"
    if state.mode is Mode.DRAIN:
        return "DRAIN"
    return most if state.mode is Mode.LIVE else "DRY"
