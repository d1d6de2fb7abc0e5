import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

from holdfast.supervise.guard import read_groups
from holdfast.supervise.lifeline import Lifeline, is_alive

Eventually = Callable[[Callable[[], bool]], bool]
SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_the_guard_reads_which_groups_are_held_at_the_end() -> None:
    lines = [b"+12\n", b"+13\n", b"-12\n", b"+0\n", b"+1\n", b"nonsense\n", b"+-5\n", b"\n"]
    assert read_groups(lines) == {13}


def test_a_killed_parent_takes_its_groups_along(eventually: Eventually, tmp_path: Path) -> None:
    code = textwrap.dedent(f"""
        import subprocess, time
        from pathlib import Path
        from holdfast.supervise.lifeline import Lifeline
        lifeline = Lifeline()
        child = subprocess.Popen({SLEEPER!r}, start_new_session=True)
        lifeline.hold(child.pid)
        Path({str(tmp_path / "pids")!r}).write_text(f"{{child.pid}} {{lifeline.guard_pid}} .")
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", code])
    file = tmp_path / "pids"
    assert eventually(lambda: file.exists() and file.read_text().endswith("."))
    child, guard = (int(word) for word in file.read_text().split()[:2])
    assert os.getsid(guard) == guard

    parent.kill()
    parent.wait()

    assert eventually(lambda: gone(child) and gone(guard))


def test_the_stubborn_are_ended_by_force_after_the_guards_patience(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    stubborn = (
        "import signal, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-S", "-c", stubborn], start_new_session=True)
    while not ready.exists():
        pass
    ending = f"from holdfast.supervise.guard import end_groups; end_groups({{{child.pid}}}, 0.2)"
    subprocess.run([sys.executable, "-c", ending], check=True, timeout=10)
    assert child.wait(timeout=5) == -signal.SIGKILL


def test_a_guard_that_died_is_replaced_and_told_everything_again(eventually: Eventually) -> None:
    lifeline = Lifeline()
    child = subprocess.Popen(SLEEPER, start_new_session=True)
    lifeline.hold(child.pid)
    os.kill(lifeline.guard_pid, signal.SIGKILL)
    assert eventually(lambda: gone(lifeline.guard_pid))

    lifeline.check()
    reaper = threading.Thread(
        target=child.wait
    )  # a group is empty only once its dead are collected
    reaper.start()
    lifeline.close()
    reaper.join()

    assert child.returncode == -signal.SIGTERM


def test_a_dropped_group_is_left_alone() -> None:
    lifeline = Lifeline()
    child = subprocess.Popen(SLEEPER, start_new_session=True)
    lifeline.hold(child.pid)
    lifeline.drop(child.pid)
    lifeline.close()

    assert is_alive(child.pid)
    child.kill()
    child.wait()
    assert not is_alive(child.pid)
