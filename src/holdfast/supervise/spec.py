"""Say what a child is: what is run, when it counts as well, and how it ends."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.domain.errors import HoldfastError

Probe = Callable[[int], Awaitable[bool]]
"""Asks a child, given its pid, whether it is well."""

Runner = Callable[["Errand"], Awaitable[int]]
"""Runs a command of a child to its end and returns its exit code."""


class PreparationFailed(HoldfastError):
    """What a child needs before it starts could not be made."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A short command run to its end on behalf of a child."""

    command: tuple[str, ...]
    what: str


Prepare = Callable[[Runner], Awaitable[None]]
"""Makes what a child needs; raises `PreparationFailed` when it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One process `up` keeps alive; `wave` is its place in the order of stopping.

    Exit codes: `final` ends all, `at_once` starts again without a pause, `done` is not started again.
    One with a `lifeline` is given a standard input that ends when this process does.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    probe: Probe | None = None
    after: str = ""
    prepare: Prepare | None = None
    patience: float = 5.0
    wave: int = 1
    lifeline: bool = False
    final: frozenset[int] = frozenset()
    at_once: frozenset[int] = frozenset()
    done: frozenset[int] = frozenset()
