"""Run the real desk of a drill as a process of its own; stop it, kill it, limit it.

Rules: only a process that was started here is signalled, by its own handle.
"""

import signal
import subprocess
import sys
from pathlib import Path

from holdfast.wiring.drills.house import PROFILE, House

STOP_SECONDS = 20.0
TURN_SECONDS = 0.02


class DeskProcess:
    """One life of a drill's desk."""

    def __init__(self, house: House) -> None:
        self.log: Path = house.logs / f"desk-{len(list(house.logs.glob('desk-*.log'))) + 1}.log"
        command = [sys.executable, "-m", "holdfast", "desk", "run", "--no-orchestrator"]
        with self.log.open("ab") as stream:
            self._process = subprocess.Popen(  # noqa: S603
                [*command, "--profile", PROFILE],
                env=house.environ,
                cwd=house.folder,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Send SIGTERM; in lock step it ends once its clock was moved."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it by force, at once."""
        self._process.kill()
        self._process.wait(STOP_SECONDS)

    def wait(self, seconds: float) -> int | None:
        """Wait for its end; None where it still runs."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def told(self) -> str:
        """Return what this life has logged."""
        return self.log.read_text(errors="replace")

    @property
    def last_line(self) -> str:
        """Return the last line of its log."""
        lines = self.told().strip().splitlines()
        return lines[-1] if lines else "it said nothing"
