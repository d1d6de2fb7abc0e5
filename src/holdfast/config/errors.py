"""Say what is wrong with a profile, in one line.

Rules: every configuration fault is a `ConfigError`; it names the place, the key, the fault, what is
allowed and what to do, each at most once, and its text never spans two lines.
"""

from holdfast.domain.errors import HoldfastError

LONGEST_QUOTE = 60


class ConfigError(HoldfastError):
    """A profile, track or setting says something we cannot honour."""

    def __init__(
        self,
        problem: str,
        *,
        file: str = "",
        line: int = 0,
        column: int = 0,
        key: str = "",
        allowed: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.allowed = allowed
        self.hint = hint

    def __str__(self) -> str:
        place = self.file
        if place and self.line:
            place = f"{place}:{self.line}:{self.column}"
        head = ": ".join(part for part in (place, self.key, self.problem) if part)
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        hint = f"; do: {self.hint}" if self.hint else ""
        return " ".join(f"{head}{allowed}{hint}".split())


def quoted(value: object) -> str:
    """Show a foreign value safely: escaped, on one line, shortened."""
    text = repr(value) if isinstance(value, str) else str(value)
    if len(text) > LONGEST_QUOTE:
        text = f"{text[:LONGEST_QUOTE]}…"
    return "".join(sign if sign.isprintable() else "?" for sign in text)
