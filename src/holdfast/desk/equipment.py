"""Name what a desk on a real venue is given; one on a simulated venue goes without."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from holdfast.domain.observations import Execution

Told = tuple[int, Mapping[str, tuple[Decimal, Decimal]]]


class Equipment:
    """Who sends, judges, knows strays, keeps quiet and compares; None where nobody needs to."""

    __slots__ = ("compared", "judge", "quiet", "sender", "strays")

    def __init__(self) -> None:
        self.sender: Callable[[Any], None] | None = None  # None: the venue answers for certain
        self.judge: Callable[[Any, Any, Any], tuple[Any, list[Any]]] | None = None
        self.strays: Callable[[Any, Execution], bool] | None = None
        self.quiet: Callable[[], bool] | None = None  # whether the venue asked to be left alone
        self.compared: Callable[[], Told | None] | None = None  # when, and venue and books of each
