"""Run children until someone asks for the end, then stop them in order.

Rules: whatever goes wrong here, the children are stopped; a first signal stops them cleanly, a
second one by force; the exit code says who asked (130 Ctrl-C, 0 a request to end).
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from holdfast.supervise.children import Backoff, Child, Health
from holdfast.supervise.lifeline import Lifeline
from holdfast.supervise.logs import rotate
from holdfast.supervise.record import Process, describe
from holdfast.supervise.screen import Screen, status_line
from holdfast.supervise.spec import ChildSpec

INTERRUPTED = 130
REPORT_SECONDS = 0.5
CHORE_SECONDS = 2.0
EXIT_CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: 0, signal.SIGHUP: 0}

Addresses = Callable[[], Mapping[str, tuple[str, str]]]
"""For each child that has one: the label and the address to print once it is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the supervisor tells and asks of the world around it."""

    screen: Screen
    addresses: Addresses = dict
    status: Callable[[], Awaitable[Mapping[str, object] | None]] | None = None
    noted: Callable[[tuple[Process, ...]], None] = lambda _children: None
    backoff: Callable[[], Backoff] = Backoff


def run(specs: list[ChildSpec], outside: Outside) -> int:
    """Run the children until the end and return the exit code of `up`."""
    return asyncio.run(_Supervisor(specs, outside).run())


class _Supervisor:
    def __init__(self, specs: list[ChildSpec], outside: Outside) -> None:
        self._outside = outside
        self._screen = outside.screen
        self._lifeline = Lifeline()
        self._children = [
            Child(spec, self._lifeline, self._screen.note, backoff=outside.backoff())
            for spec in specs
        ]
        self._said: dict[str, str] = {}
        self._noted: tuple[tuple[str, int], ...] = ()
        self._all_well = False

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        asked: asyncio.Future[int] = loop.create_future()
        for number, code in EXIT_CODES.items():
            loop.add_signal_handler(number, self._on_signal, asked, number, code)
        keeping = {loop.create_task(self._keep(child)): child for child in self._children}
        chores = [loop.create_task(self._report()), loop.create_task(self._watch_over())]
        tasks: list[asyncio.Future[int]] = [asked, *keeping, *chores]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            ended = asked if asked in done else done.pop()
            code = await ended  # a chore only ever ends by raising: let it be seen
            for child in (child for task, child in keeping.items() if task is ended):
                self._screen.note(f"{child.spec.name}: {child.last_words() or f'code {code}'}")
            return code
        finally:
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks[1:], return_exceptions=True)
            await self._stop()

    async def _keep(self, child: Child) -> int:
        needed = next((each for each in self._children if each.spec.name == child.spec.after), None)
        return await child.keep(None if needed is None else needed.well)

    def _on_signal(self, asked: asyncio.Future[int], number: signal.Signals, code: int) -> None:
        if asked.done():
            self._screen.note("ending by force")
            for child in self._children:
                child.hurry()
            return
        self._screen.note(f"{number.name}: stopping")
        asked.set_result(code)

    async def _stop(self) -> None:
        self._screen.close()
        for wave in sorted({child.spec.wave for child in self._children}):
            crew = [child for child in self._children if child.spec.wave == wave]
            await asyncio.gather(*(child.stop() for child in crew))
        await asyncio.to_thread(self._lifeline.close)

    async def _report(self) -> int:
        loop = asyncio.get_running_loop()
        born = loop.time()
        while True:
            self._note_processes()
            self._announce(loop.time() - born)
            if self._outside.status is not None:
                status = await self._outside.status()
                ailing = [
                    f"{child.spec.name} {child.health}"
                    for child in self._children
                    if child.health is not Health.WELL
                ]
                self._screen.status(status_line(status, ailing), at=loop.time())
            await asyncio.sleep(REPORT_SECONDS)

    async def _watch_over(self) -> int:
        while True:
            self._lifeline.check()
            for child in self._children:
                child.sweep()
                rotate(child.spec.log)
            await asyncio.sleep(CHORE_SECONDS)

    def _note_processes(self) -> None:
        pids = ((child.spec.name, child.pid) for child in self._children)
        running = tuple((name, pid) for name, pid in pids if pid is not None)
        if running != self._noted:
            described = (describe(name, pid) for name, pid in running)
            self._outside.noted(tuple(each for each in described if each is not None))
            self._noted = running

    def _announce(self, seconds: float) -> None:
        addresses = self._outside.addresses()
        for child in self._children:
            label, url = addresses.get(child.spec.name, ("", ""))
            if child.well.is_set() and url and self._said.get(label) != url:
                self._said[label] = url
                self._screen.address(label, url)
        if not self._all_well and all(child.well.is_set() for child in self._children):
            self._all_well = True
            self._screen.note(f"everything is up after {seconds:.1f} s; Ctrl-C stops it")
