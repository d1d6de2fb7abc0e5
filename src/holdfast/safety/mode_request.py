"""Change the requested record on a person's behalf; the local mode is never touched by it.

Rules: every change names the epoch it saw and takes the next one; what raises risk is refused where
somebody was faster or a stop stands, what lowers it is asked again until it is written. The effective
mode of a desk is never what is written.
"""

import msgspec

from holdfast.clock import Clock
from holdfast.domain.errors import CommandRefused
from holdfast.safety.kill import Resume, StopFiles
from holdfast.safety.mode_record import ModeRecord, RecordRejected, epoch_in, moment, parse
from holdfast.safety.mode_store import EpochConflict, ModeStore

TRIES = 10
SHORTEST_S, LONGEST_S = 60, 86_400


class Requester(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, for which environment, under which profile, and why."""

    env: str
    profile_sha: str
    actor: str
    reason: str


class Requests:
    """The changes a person may make to the requested mode."""

    def __init__(self, store: ModeStore, files: StopFiles, clock: Clock) -> None:
        self._store = store
        self._files = files
        self._clock = clock

    def live(self, who: Requester, seconds: int) -> ModeRecord:
        """Ask for LIVE until `seconds` from now; desks arm by themselves or do not."""
        if not SHORTEST_S <= seconds <= LONGEST_S:
            raise CommandRefused(f"LIVE is lent for {SHORTEST_S} to {LONGEST_S} seconds")
        raw = self._store.read()
        before = _readable(raw)
        if raw is not None and before is not None and before.estop:
            raise CommandRefused("an emergency stop stands: `holdfast mode clear`, then `resume`")
        if self._files.killed() or self._files.latched() is not None:
            raise CommandRefused("this desk is stopped: `holdfast mode clear`, then `resume`")
        return self._write(raw, who, requested="LIVE", seconds=seconds)

    def dry(self, who: Requester) -> ModeRecord:
        """Ask for DRY; a stop that stands goes on standing."""
        return self._insist(who, estop=None)

    def estop(self, who: Requester) -> ModeRecord:
        """Ask every desk of this record to stop."""
        return self._insist(who, estop=True)

    def clear(self, who: Requester) -> ModeRecord:
        """Take the stop out of the record; each desk stays stopped until it is resumed."""
        return self._write(self._store.read(), who, estop=False)

    def resume(self, actor: str, reason: str) -> Resume:
        """Leave the desk an operator's word; refused until the record is cleared under a new epoch."""
        record = _readable(self._store.read())
        fault = self._not_cleared(record)
        if fault or record is None:
            raise CommandRefused(f"{fault}; `holdfast mode clear` writes a new record")
        word = Resume(epoch=record.epoch, actor=actor, reason=reason, at=self._clock.wall())
        self._files.resume(word)
        return word

    def _not_cleared(self, record: ModeRecord | None) -> str:
        latch, stamp = self._files.latched(), self._files.kill_stamp()
        if latch is None and stamp is None:
            return "nothing is stopped here"
        if record is None:
            return "there is no readable record of the requested mode"
        if record.estop:
            return "the record still asks for the stop"
        if latch is not None and (latch.epoch is None or record.epoch <= latch.epoch):
            return f"the record's epoch {record.epoch} is not above the stop's {latch.epoch}"
        if stamp is None or (latch is not None and latch.kill_stamp == stamp):
            return ""
        # No desk has seen this kill file yet, so only its time says what came first.
        older = record.issued_at <= moment(stamp // 1000)
        return "the record is older than the kill file" if older else ""

    def _insist(self, who: Requester, *, estop: bool | None) -> ModeRecord:
        for _ in range(TRIES - 1):
            try:
                return self._write(self._store.read(), who, estop=estop)
            except EpochConflict:
                continue
        return self._write(self._store.read(), who, estop=estop)

    def _write(
        self,
        raw: bytes | None,
        who: Requester,
        *,
        requested: str = "DRY",
        estop: bool | None = False,
        seconds: int = 0,
    ) -> ModeRecord:
        there, before = epoch_in(raw), _readable(raw)
        stopped = estop if estop is not None else before is not None and before.estop
        wall = self._clock.wall()
        latch = self._files.latched()
        known = max(there, self._files.seen(), (latch.epoch or 0) if latch else 0)
        record = ModeRecord(
            schema=1,
            env=who.env,
            requested="LIVE" if requested == "LIVE" else "DRY",
            estop=stopped,
            epoch=known + 1,
            issued_at=moment(wall),
            expires_at=moment(wall + seconds * 1_000_000) if requested == "LIVE" else None,
            actor=who.actor,
            reason=who.reason,
            profile_sha=who.profile_sha,
        )
        self._store.compare_and_set(there, record)
        return record


def _readable(raw: bytes | None) -> ModeRecord | None:
    try:
        return None if raw is None else parse(raw)
    except RecordRejected:
        return None
