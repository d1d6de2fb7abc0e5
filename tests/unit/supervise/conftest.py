import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holdfast.clock import SystemClock
from holdfast.supervise.spec import ChildSpec


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., ChildSpec]:
    """Make a child that runs a few lines of Python."""

    def make(name: str, code: str, **wishes: object) -> ChildSpec:
        return ChildSpec(
            name=name,
            command=(sys.executable, "-S", "-c", code),
            folder=tmp_path,
            log=tmp_path / "logs" / f"{name}.log",
            environ=dict(os.environ),
            **wishes,  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def eventually() -> Iterator[Callable[[Callable[[], bool]], bool]]:
    """Wait until something holds, at most ten seconds."""
    clock = SystemClock()

    def wait(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
        deadline = clock.monotonic() + seconds
        while not condition():
            if clock.monotonic() > deadline:
                return False
            clock.sleep(0.02)
        return True

    return wait
