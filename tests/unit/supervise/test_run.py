import io
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from holdfast.supervise.children import Backoff
from holdfast.supervise.record import Process
from holdfast.supervise.run import Outside, run
from holdfast.supervise.screen import Screen
from holdfast.supervise.spec import ChildSpec, Errand, PreparationFailed, Runner

FOREVER = "import time\nwhile True: time.sleep(1)"
MakeSpec = Callable[..., ChildSpec]
Eventually = Callable[[Callable[[], bool]], bool]


class Theatre:
    """A run of `up` with stand-in children, and someone who acts on it from outside."""

    def __init__(self) -> None:
        self.notes = io.StringIO()
        self.data = io.StringIO()
        self.noted: list[tuple[Process, ...]] = []
        self.seen: list[object] = []

    def play(
        self,
        specs: list[ChildSpec],
        act: Callable[[], None],
        ending: signal.Signals = signal.SIGTERM,
    ) -> int:
        outside = Outside(
            screen=Screen(self.data, self.notes),
            addresses=lambda: {"web": ("dashboard", "http://127.0.0.1:1")},
            noted=self.noted.append,
            backoff=lambda: Backoff(first=0.05),
        )
        thread = threading.Thread(target=self._act, args=(act, ending))
        thread.start()
        try:
            return run(specs, outside)
        finally:
            thread.join()

    @property
    def pids(self) -> dict[str, int]:
        return {each.name: each.pid for each in self.noted[-1]} if self.noted else {}

    @staticmethod
    def _act(act: Callable[[], None], ending: signal.Signals) -> None:
        try:
            act()
        finally:
            os.kill(os.getpid(), ending)  # one signal only: a late one would end the tests


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_all_children_run_until_sigterm_and_none_is_left(
    spec: MakeSpec, eventually: Eventually
) -> None:
    theatre = Theatre()
    started: dict[str, int] = {}

    def act() -> None:
        assert eventually(lambda: set(theatre.pids) == {"web", "desk"})
        started.update(theatre.pids)

    code = theatre.play([spec("web", FOREVER), spec("desk", FOREVER)], act)

    assert code == 0
    assert len(started) == 2
    assert eventually(lambda: all(gone(pid) for pid in started.values()))


def test_ctrl_c_gives_130(spec: MakeSpec, eventually: Eventually) -> None:
    theatre = Theatre()

    def act() -> None:
        theatre.seen.append(eventually(lambda: "desk" in theatre.pids))

    assert theatre.play([spec("desk", FOREVER)], act, signal.SIGINT) == 130
    assert theatre.seen == [True]
    assert "SIGINT: stopping" in theatre.notes.getvalue()


def test_a_killed_child_is_started_again(spec: MakeSpec, eventually: Eventually) -> None:
    theatre = Theatre()

    def act() -> None:
        assert eventually(lambda: "desk" in theatre.pids)
        first = theatre.pids["desk"]
        os.kill(first, signal.SIGKILL)
        theatre.seen.append(eventually(lambda: theatre.pids.get("desk", first) != first))
        theatre.seen.append(eventually(lambda: "desk is well again" in theatre.notes.getvalue()))

    theatre.play([spec("desk", FOREVER)], act)

    assert theatre.seen == [True, True]
    assert "desk was ended by signal 9; it starts again in 0.05 s" in theatre.notes.getvalue()


def test_what_a_killed_child_left_in_its_group_is_ended_before_it_starts_again(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    code = f"""
import os, time
from pathlib import Path
if os.fork() == 0:
    with Path({str(tmp_path / "grandchildren")!r}).open("a") as file:
        file.write(str(os.getpid()) + "\\n")
while True: time.sleep(1)
"""

    def grandchildren() -> list[int]:
        file = tmp_path / "grandchildren"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def act() -> None:
        assert eventually(lambda: len(grandchildren()) == 1 and "desk" in theatre.pids)
        os.kill(theatre.pids["desk"], signal.SIGKILL)
        theatre.seen.append(eventually(lambda: len(grandchildren()) == 2))
        theatre.seen.append(eventually(lambda: gone(grandchildren()[0])))

    theatre.play([spec("desk", code)], act)

    assert theatre.seen == [True, True]
    assert eventually(lambda: all(gone(pid) for pid in grandchildren()))


def test_a_descendant_in_a_session_of_its_own_is_ended_too(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    file = tmp_path / "far"
    code = f"""
import os, time
from pathlib import Path
if os.fork() == 0:
    os.setsid()
    Path({str(file)!r}).write_text(str(os.getpid()))
while True: time.sleep(1)
"""

    theatre.play(
        [spec("worker", code)],
        lambda: theatre.seen.append(eventually(lambda: file.exists() and file.read_text() != "")),
    )

    assert theatre.seen == [True]
    assert eventually(lambda: gone(int(file.read_text())))


def test_a_desk_that_refuses_its_configuration_ends_everything_with_2(
    spec: MakeSpec, eventually: Eventually
) -> None:
    theatre = Theatre()
    refusal = "import sys; sys.stderr.write('profiles/paper.yaml:3:1: wrong\\n'); sys.exit(2)"
    specs = [spec("web", FOREVER), spec("desk", refusal, final=frozenset({2}))]
    outside = Outside(screen=Screen(theatre.data, theatre.notes), noted=theatre.noted.append)

    assert run(specs, outside) == 2
    assert "desk: profiles/paper.yaml:3:1: wrong" in theatre.notes.getvalue()
    assert eventually(lambda: all(gone(each.pid) for noted in theatre.noted for each in noted))


def test_a_desk_that_asks_for_a_restart_gets_it_at_once(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    flag = tmp_path / "reloaded"
    code = f"""
import sys, time
from pathlib import Path
flag = Path({str(flag)!r})
if not flag.exists():
    flag.touch(); time.sleep(1.1); sys.exit(75)
while True: time.sleep(1)
"""

    def act() -> None:
        theatre.seen.append(eventually(lambda: "starts again now" in theatre.notes.getvalue()))

    theatre.play([spec("desk", code, at_once=frozenset({75}))], act)

    assert "desk ended with code 75; it starts again now" in theatre.notes.getvalue()


def test_a_desk_that_ended_on_purpose_is_not_started_again(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    lives = tmp_path / "lives"
    code = f"open({str(lives)!r}, 'a').write('x')"

    def act() -> None:
        theatre.seen.append(eventually(lambda: "ended on purpose" in theatre.notes.getvalue()))

    theatre.play([spec("desk", code, done=frozenset({0}))], act)

    assert lives.read_text() == "x"
    assert "the rest stays up until Ctrl-C" in theatre.notes.getvalue()


def test_a_child_that_asks_for_restarts_without_end_has_to_wait(
    spec: MakeSpec, eventually: Eventually
) -> None:
    theatre = Theatre()

    def act() -> None:
        words = "desk ended with code 75; it starts again in 0.05 s"
        theatre.seen.append(eventually(lambda: words in theatre.notes.getvalue()))

    theatre.play([spec("desk", "raise SystemExit(75)", at_once=frozenset({75}))], act)

    assert theatre.seen == [True]


def test_a_child_waits_for_the_one_it_needs_and_for_its_preparation(
    spec: MakeSpec, eventually: Eventually
) -> None:
    theatre = Theatre()
    order: list[str] = []
    answers = iter([False, True])

    async def well(_pid: int) -> bool:
        answer = next(answers, True)
        order.append(f"server well: {answer}")
        return answer

    async def prepare(run_errand: Runner) -> None:
        order.append("prepared")
        command = spec("errand", "raise SystemExit(3)").command
        if len([step for step in order if step == "prepared"]) == 1:
            code = await run_errand(Errand(command, "deploying"))
            raise PreparationFailed(f"no deployments (code {code})")

    specs = [
        spec("server", FOREVER, probe=well),
        spec("worker", FOREVER, after="server", prepare=prepare),
    ]
    theatre.play(specs, lambda: theatre.seen.append(eventually(lambda: "worker" in theatre.pids)))

    assert theatre.seen == [True]
    assert order[:3] == ["server well: False", "server well: True", "prepared"]
    assert order.count("prepared") == 2
    assert "worker could not be started: no deployments (code 3)" in theatre.notes.getvalue()


def test_waves_end_one_after_the_other_and_the_stubborn_by_force(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    ends = tmp_path / "ends"
    polite = """
import signal, sys, time
from pathlib import Path
def end(*_):
    with Path({ends!r}).open("a") as file: file.write("{name}\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
Path({ready!r}).touch()
while True: time.sleep(0.05)
"""
    stubborn = """
import signal, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path({ready!r}).touch()
while True: time.sleep(1)
"""

    def code(text: str, name: str) -> str:
        return text.format(ends=str(ends), name=name, ready=str(tmp_path / name))

    specs = [
        spec("server", code(polite, "server"), wave=2),
        spec("desk", code(polite, "desk"), wave=0),
        spec("web", code(stubborn, "web"), wave=1, patience=0.3),
    ]
    names = ("server", "desk", "web")
    theatre.play(
        specs,
        lambda: theatre.seen.append(
            eventually(lambda: all((tmp_path / n).exists() for n in names))
        ),
    )

    assert theatre.seen == [True]
    assert ends.read_text().split() == ["desk", "server"]
    assert eventually(lambda: all(gone(each.pid) for noted in theatre.noted for each in noted))


def test_a_second_signal_ends_by_force(
    spec: MakeSpec, eventually: Eventually, tmp_path: Path
) -> None:
    theatre = Theatre()
    ready = tmp_path / "ready"
    code = f"""
import signal, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path({str(ready)!r}).touch()
while True: time.sleep(1)
"""

    def act() -> None:
        assert eventually(ready.exists)
        os.kill(os.getpid(), signal.SIGINT)
        assert eventually(lambda: "SIGINT" in theatre.notes.getvalue())

    theatre.play([spec("desk", code, patience=60.0)], act)

    assert "ending by force" in theatre.notes.getvalue()


def test_addresses_are_printed_once_when_a_child_is_well(
    spec: MakeSpec, eventually: Eventually
) -> None:
    theatre = Theatre()
    theatre.play(
        [spec("web", FOREVER)],
        lambda: theatre.seen.append(
            eventually(lambda: "everything is up" in theatre.notes.getvalue())
        ),
    )

    assert theatre.data.getvalue() == "dashboard    http://127.0.0.1:1\n"
    assert theatre.seen == [True]


@pytest.mark.parametrize(
    ("lives", "pauses"),
    [
        ([0, 0, 0, 0, 0, 0, 0], [1, 2, 4, 8, 16, 30, 30]),
        ([0, 0, 61, 0], [1, 2, 1, 2]),
    ],
)
def test_pauses_double_to_thirty_seconds_and_start_over_after_a_minute_of_life(
    lives: list[float], pauses: list[float]
) -> None:
    backoff = Backoff()
    assert [backoff.after(lived) for lived in lives] == pauses
