"""Say in one line why a saved state is not brought in; nothing was written then."""

from holdfast.domain.errors import LedgerError

LONGEST_QUOTE = 60


class ImportRefused(LedgerError):
    """A saved state cannot be carried over exactly as it is."""

    def __init__(self, problem: str, *, key: str = "", allowed: str = "", do: str = "") -> None:
        head = f"{key}: {problem}" if key else problem
        allowed = f"; allowed: {allowed}" if allowed else ""
        do = f"; do: {do}" if do else ""
        super().__init__(" ".join(f"{head}{allowed}{do}".split()))


def quoted(value: object) -> str:
    """Show a foreign value safely: on one line, shortened."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"
    return "".join(sign if sign.isprintable() else "?" for sign in text)
