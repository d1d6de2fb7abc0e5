"""Say what a check came to, and what several checks come to together.

Rules: the worst wins, in the order of `SEVERITY`; nothing at all is inconclusive; so only a set of
passes, at least one, is a pass.
"""

from collections.abc import Iterable
from enum import StrEnum

from holdfast.domain.errors import HoldfastError


class Verdict(StrEnum):
    """What a check came to."""

    PASS = "pass"  # noqa: S105 (a verdict, no password)
    FAIL = "fail"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    WAITING = "waiting"
    CANCELLED = "cancelled"
    WAIVED = "waived"


SEVERITY = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.WAITING,
    Verdict.CANCELLED,
    Verdict.WAIVED,
    Verdict.PASS,
)


class NotPassed(HoldfastError):
    """A verification came to something other than a pass."""


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Join verdicts: the worst of them; inconclusive where there is none.

    >>> worst([Verdict.PASS, Verdict.INCONCLUSIVE]).value, worst([]).value
    ('inconclusive', 'inconclusive')
    """
    found = set(verdicts)
    return next((each for each in SEVERITY if each in found), Verdict.INCONCLUSIVE)
