"""The execution mode in a small world: two clocks moved by hand, a store that can fail, records."""

from datetime import timedelta

import msgspec

from holdfast.safety.caps import OverrideFile
from holdfast.safety.execution import ExecutionMode
from holdfast.safety.kill import StopFiles
from holdfast.safety.mode_record import ModeRecord, encode, epoch_in, moment
from holdfast.safety.mode_state import ModeRules
from holdfast.safety.mode_store import EpochConflict, StoreFault, must_rise
from holdfast.safety.reader import DeskFacts, ModeReader

SHA = "5" * 64
RULES = ModeRules(env="staging", most="LIVE")
NOON = 1_790_000_000_000_000
QUIET = DeskFacts(open_orders=0, unmet=())


class TwoClocks:
    """Wall and monotonic time, moved together or apart."""

    def __init__(self, wall: int = NOON, now: float = 0.0) -> None:
        self.now = now
        self._wall = wall

    def wall(self) -> int:
        return self._wall

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self._wall += round(seconds * 1_000_000)

    def jump(self, seconds: float) -> None:
        self._wall += round(seconds * 1_000_000)


class ShelfStore:
    """A store in memory that does what it is told: answer, fail, hang for a while, forget."""

    name = "shelf"

    def __init__(self, clock: TwoClocks) -> None:
        self.raw: bytes | None = None
        self.fault: StoreFault | None = None
        self.hangs = 0.0
        self.writes = 0
        self._clock = clock

    def read(self) -> bytes | None:
        if self.hangs:
            self._clock.sleep(self.hangs)
        if self.fault is not None:
            raise self.fault
        return self.raw

    def compare_and_set(self, expected: int, record: ModeRecord) -> None:
        must_rise(expected, record)
        if self.fault is not None:
            raise self.fault
        if epoch_in(self.raw) != expected:
            raise EpochConflict(expected, epoch_in(self.raw))
        self.raw, self.writes = encode(record), self.writes + 1

    def warnings(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        self.fault = StoreFault("closed")


def record(epoch: int = 7, *, wall: int = NOON, seconds: float = 3600, **fields: object):
    """Make a record that asks for LIVE, or whatever else is named."""
    asked = fields.get("requested", "LIVE")
    return ModeRecord(
        **{
            "schema": 1,
            "env": "staging",
            "requested": "LIVE",
            "estop": False,
            "epoch": epoch,
            "issued_at": moment(wall),
            "expires_at": moment(wall) + timedelta(seconds=seconds) if asked == "LIVE" else None,
            "actor": "ada",
            "reason": "test",
            "profile_sha": SHA,
        }
        | fields
    )


def document(**fields: object) -> dict:
    """Write a record as plain data, with some fields replaced."""
    return msgspec.to_builtins(record()) | fields


class ModeWorld:
    """Clock, store, files, mode and reader of one desk."""

    def __init__(self, folder, rules: ModeRules = RULES) -> None:
        self.folder = folder
        self.clock = TwoClocks()
        self.store = ShelfStore(self.clock)
        self.files = StopFiles(folder)
        self.rules = rules
        self.sha = SHA
        self.start()

    def start(self) -> None:
        """Begin a new process on the same files and the same store."""
        self.execution = ExecutionMode(self.rules, self.files, self.clock, lambda: self.sha)
        override = OverrideFile(self.folder, self.clock)
        self.reader = ModeReader(self.store, self.execution, override)

    def put(self, kept: ModeRecord) -> None:
        self.store.raw = encode(kept)

    def tick(self, seconds: float = 0.0, facts: DeskFacts = QUIET):
        self.clock.sleep(seconds)
        return self.reader.tick(facts)

    def arm(self, facts: DeskFacts = QUIET, epoch: int = 7) -> None:
        """Go from a fresh start to LIVE at t + 10 s."""
        self.put(record(epoch, wall=self.clock.wall()))
        self.reader.tick(facts)
        self.reader.booted()
        self.reader.read()
        self.tick(5.0, facts)
        self.tick(5.0, facts)

    @property
    def mode(self) -> str:
        return self.execution.look().mode.value
