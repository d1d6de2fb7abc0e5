"""Fork lives of a desk from a process that has imported everything once.

A life runs what `holdfast desk run --no-orchestrator` runs, from the opening to its end. It is killed by
itself at a named boundary, or from outside; the one who forked it waits for it and knows how it ended.
"""

import ctypes
import mmap
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from itertools import count

from crash.matrix import boundaries, told
from crash.matrix.site import NAME, WAIT

from holdfast.desk import loop
from holdfast.desk.session import NoOrchestrator
from holdfast.wiring import live

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def preload():
    """Import what a life imports late, so that it is there before the fork."""
    import ccxt  # noqa: F401
    import pandas as pd  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import uvicorn
    import uvicorn.lifespan.off
    import uvicorn.loops.asyncio
    import uvicorn.protocols.http.h11_impl  # noqa: F401


class Life:
    """One desk process."""

    def __init__(self, site, boundary=None):
        self.site = site
        self.boundary = boundary
        self.code = None
        self.said = None  # of its books, when it last rested
        self._until = 0
        self.waited = []  # until when it waited before it first rested
        self._armed = mmap.mmap(-1, 1)
        self.born = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            self._live()

    def arm(self):
        """Let the boundary kill from now on."""
        self._armed[0] = 1

    def is_over(self):
        """Say whether it has ended, and remember how."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def await_parked(self):
        """Wait until it waits for the clock, and say until when; None where it ended instead."""
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            if self.is_over():
                return None
            clock = self.site.admin.await_parked(1, 0.05)
            waiting = [one["until_us"] for one in clock["parked"]]
            if waiting and waiting[0] > clock["now_us"]:
                return waiting[0]
        self.kill()
        raise AssertionError(f"life {self.pid} neither waits nor ends")

    def await_rest(self):
        """Wait until it rests after a tick; moves the clock where it waits in the middle of one.

        Return what it tells of its books, or None where it ended.
        """
        rests = 0 if self.said is None else self.said["rest"]
        while (until := self.await_parked()) is not None:
            said = self.told()
            if said is not None and said["rest"] > rests:
                self.said, self._until = said, until
                return said
            if self.said is None:
                self.waited.append(until)
            self.site.admin.move(until)
        return None

    def wake(self):
        """Move the clock to the end of its rest."""
        self.site.admin.move(self._until)

    def is_resting(self):
        """Say whether it had come to rest again since it was last waited for."""
        return self.told()["rest"] > self.said["rest"]

    def kill(self):
        """End it by force, and wait."""
        if not self.is_over():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def told(self):
        """Read what it said last about its books."""
        return told.read(self.site.folder, self.pid)

    def was_killed(self):
        """Say whether a kill ended it."""
        return self.code == -signal.SIGKILL

    def _live(self):
        code = 70
        try:
            self._settle_in()
            options = live.DeskOptions(profile=NAME, profiles=self.site.folder / "profiles")
            code = live.run_desk(options, NoOrchestrator())
        except BaseException:  # noqa: BLE001 (the parent judges the code)
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _settle_in(self):
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
        log = os.open(self.site.folder / "desk.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        let_go_of(self.site.exchange, nothing)
        os.write(log, f"-- life {os.getpid()} {self.boundary or ''}\n".encode())
        self._listen_in()
        if self.boundary is not None:
            boundaries.wire(self.boundary, lambda: bool(self._armed[0]))

    def _listen_in(self):
        """Tell the books each time before it rests."""
        held, rests = [], count(1)
        opened, rested = live.open_desk, loop.Loop._rest

        def open_desk(*given, **named):
            held.append(opened(*given, **named))
            return held[0]

        def rest(self_, started):
            books = told.describe(held[0])
            told.write(self.site.folder, {**books, "rest": next(rests)})
            rested(self_, started)

        live.open_desk, loop.Loop._rest = open_desk, rest


def let_go_of(process, nothing):
    """Drop a child's hold on the lifeline of the exchange, which is its parent's."""
    inner = process._process
    if inner is not None and inner.stdin is not None:
        os.dup2(nothing, inner.stdin.fileno())
