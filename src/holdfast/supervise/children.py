"""Keep one child running: start it, ask after it, start it again, stop it.

Rules: a child leads a session of its own, so a Ctrl-C in the terminal reaches only `up`; whatever
its old group left is ended before it starts again; a pause doubles from 1 s to 30 s and falls back
to 1 s after a minute of life.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import psutil

from holdfast.supervise.lifeline import Lifeline, is_alive, kill_group, signal_group
from holdfast.supervise.logs import last_line, open_log
from holdfast.supervise.spec import ChildSpec, Errand, PreparationFailed

LOOK_SECONDS = 0.1
PROBE_SECONDS = 0.25
CALM_PROBE_SECONDS = 2.0
MISSES = 3
OWN = 0o077  # what a child writes is its owner's alone
FAILED = 1
SHORTEST_LIFE = 1.0  # a child that asks for a restart sooner may be asking for ever


class Health(StrEnum):
    """How a child is."""

    WAITING = "waiting"
    STARTING = "starting"
    WELL = "well"
    SILENT = "silent"
    DOWN = "down"
    DONE = "done"


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next start."""

    first: float = 1.0
    most: float = 30.0
    calm: float = 60.0
    upcoming: float = 0.0

    def after(self, lived: float) -> float:
        """Return the pause after a life of `lived` seconds."""
        pause = self.first if lived >= self.calm else max(self.upcoming, self.first)
        self.upcoming = min(pause * 2, self.most)
        return pause


class Child:
    """One supervised process and the groups it and its descendants lead."""

    def __init__(
        self, spec: ChildSpec, lifeline: Lifeline, tell: Callable[[str], None], *, backoff: Backoff
    ) -> None:
        self.spec = spec
        self.health = Health.WAITING
        self.well = asyncio.Event()
        self.restarts = -1
        self._lifeline = lifeline
        self._tell = tell
        self._backoff = backoff
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: set[int] = set()

    @property
    def pid(self) -> int | None:
        """The running process, if there is one."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process is not None else None

    async def keep(self, needed: asyncio.Event | None = None) -> int:
        """Run the child again and again; return only its final exit code."""
        while True:
            if needed is not None:
                await needed.wait()
            code, lived = await self._live()
            self.health = Health.DOWN
            self.well.clear()
            if code in self.spec.final:
                return code
            if code in self.spec.done:
                self.health = Health.DONE
                self._tell(f"{self.spec.name} ended on purpose; the rest stays up until Ctrl-C")
                await asyncio.Event().wait()
            asked = code in self.spec.at_once and lived >= SHORTEST_LIFE
            pause = 0.0 if asked else self._backoff.after(lived)
            self._tell(self._account(code, pause))
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Ask the child to end, wait, and end by force what is left of it."""
        self.sweep()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_end_of(process), self.spec.patience)
        self._end_groups()
        if process is not None:
            await _end_of(process)
        self.health = Health.DOWN

    def hurry(self) -> None:
        """End the child by force, now."""
        self._end_groups()

    def sweep(self) -> None:
        """Learn of groups the descendants opened, and forget empty ones."""
        with contextlib.suppress(psutil.Error):
            if self.pid is not None:
                for descendant in psutil.Process(self.pid).children(recursive=True):
                    self._take_in(descendant.pid)
        for group in [group for group in self._groups if not is_alive(group)]:
            self._groups.discard(group)
            self._lifeline.drop(group)

    def last_words(self) -> str:
        """Return the last line of the log."""
        return last_line(self.spec.log)

    async def _live(self) -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        self.health = Health.STARTING
        try:
            if self.spec.prepare is not None:
                await self.spec.prepare(self._run_errand)
            self.restarts += 1
            process = self._process = self._start(self.spec.command, lifeline=self.spec.lifeline)
        except (PreparationFailed, OSError) as failure:
            self._tell(f"{self.spec.name} could not be started: {failure}")
            return FAILED, 0.0
        born = loop.time()
        code = await self._watch(process)
        if process.stdin is not None:
            process.stdin.close()
        self._end_groups()
        return code, loop.time() - born

    async def _watch(self, process: subprocess.Popen[bytes]) -> int:
        loop = asyncio.get_running_loop()
        due = loop.time() + PROBE_SECONDS
        misses = 0
        while (code := process.poll()) is None:
            if loop.time() >= due:
                misses = 0 if await self._ask(process.pid) else misses + 1
                self._judge(misses)
                due = loop.time() + (CALM_PROBE_SECONDS if self.well.is_set() else PROBE_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)
        return code

    async def _ask(self, pid: int) -> bool:
        return self.spec.probe is None or await self.spec.probe(pid)

    def _judge(self, misses: int) -> None:
        if misses == 0 and not self.well.is_set():
            if self.restarts or self.health is Health.SILENT:
                self._tell(f"{self.spec.name} is well again")
            self.health = Health.WELL
            self.well.set()
        elif misses >= MISSES and self.well.is_set():
            self.health = Health.SILENT
            self.well.clear()
            self._tell(f"{self.spec.name} runs but does not answer; its log: {self.spec.log}")

    async def _run_errand(self, errand: Errand) -> int:
        process = self._start(errand.command)
        try:
            return await _end_of(process)
        finally:
            kill_group(process.pid)
            self._lifeline.drop(process.pid)
            self._groups.discard(process.pid)

    def _start(
        self, command: tuple[str, ...], *, lifeline: bool = False
    ) -> subprocess.Popen[bytes]:
        with open_log(self.spec.log) as log:
            process = subprocess.Popen(  # noqa: S603  the command comes from our own specification
                command,
                stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.spec.folder,
                env=dict(self.spec.environ),
                start_new_session=True,
                umask=OWN,
            )
        self._groups.add(process.pid)
        self._lifeline.hold(process.pid)
        return process

    def _take_in(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            group = os.getpgid(pid)
            if group not in self._groups and group != os.getpgid(0):
                self._groups.add(group)
                self._lifeline.hold(group)

    def _end_groups(self) -> None:
        for group in self._groups:
            signal_group(group, signal.SIGKILL)
            self._lifeline.drop(group)
        self._groups.clear()

    def _account(self, code: int, pause: float) -> str:
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        when = f"in {pause:g} s" if pause else "now"
        words = self.last_words() if code > 0 and code not in self.spec.at_once else ""
        return f"{self.spec.name} {ended}; it starts again {when}" + (
            f" ({words})" if words else ""
        )


async def _end_of(process: subprocess.Popen[bytes]) -> int:
    while (code := process.poll()) is None:  # noqa: ASYNC110  a process sets no event
        await asyncio.sleep(LOOK_SECONDS / 2)
    return code
