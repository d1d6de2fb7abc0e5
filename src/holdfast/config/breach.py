"""Say that knobs do not agree."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One relation that does not hold."""

    keys: tuple[str, ...]
    problem: str
    allowed: str
