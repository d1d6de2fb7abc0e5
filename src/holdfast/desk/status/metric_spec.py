"""Say what a metric is, and keep its labels few: the shape of every row of the metric table.

Rules: a label takes one of its fixed values, or one of the first `most` plain words that come; all
else is `other`, so that nothing from outside can make series without end. `since` names the
capability that will emit a metric; a running desk need not show it before.
"""

import re
from itertools import product
from math import prod
from typing import Literal

import msgspec

PREFIX = "holdfast_"
OTHER = "other"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+/-]{0,39}", re.ASCII)
Kind = Literal["counter", "gauge", "histogram"]


class Label(msgspec.Struct, frozen=True):
    """One label: its fixed values, or how many words it may take in one process."""

    name: str
    values: tuple[str, ...] = ()
    most: int = 16

    @property
    def bound(self) -> int:
        """Say how many values can ever be seen, `other` included."""
        return (len(self.values) or self.most) + 1

    def takes(self, word: str, seen: set[str]) -> str:
        """Return the value to show for a word; `seen` holds the words taken so far."""
        if self.values:
            return word if word in self.values else OTHER
        if word in seen:
            return word
        if len(seen) >= self.most or not _WORD.fullmatch(word):
            return OTHER
        seen.add(word)
        return word


class MetricSpec(msgspec.Struct, frozen=True, kw_only=True):
    """One metric; a seeded counter shows all its series from the start, at zero.

    One that says `only` is shown by a desk of that kind alone, as by one on an exchange.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    since: str = ""
    only: str = ""
    seeded: bool = False

    @property
    def exposed(self) -> str:
        """Return the name a scraper sees; a histogram's parts add their endings to it."""
        return f"{PREFIX}{self.name}{'_total' if self.kind == 'counter' else ''}"

    @property
    def bound(self) -> int:
        """Say how many series it can ever have."""
        return prod(label.bound for label in self.labels)

    @property
    def zeros(self) -> tuple[tuple[str, ...], ...]:
        """List the series that are there before anything was counted."""
        if self.kind != "counter" or self.since:
            return ()
        if not self.labels:
            return ((),)
        fixed = (label.values for label in self.labels)
        return tuple(product(*fixed)) if self.seeded else ()


def counter(
    name: str,
    meaning: str,
    unit: str,
    *labels: Label,
    since: str = "",
    only: str = "",
    seeded: bool = False,
) -> MetricSpec:
    """Declare a counter; its exposed name ends in _total."""
    return MetricSpec(
        name=name,
        kind="counter",
        meaning=meaning,
        unit=unit,
        labels=labels,
        since=since,
        only=only,
        seeded=seeded,
    )


def gauge(
    name: str, meaning: str, unit: str, *labels: Label, since: str = "", only: str = ""
) -> MetricSpec:
    """Declare a gauge."""
    return MetricSpec(
        name=name, kind="gauge", meaning=meaning, unit=unit, labels=labels, since=since, only=only
    )


def seconds(
    name: str,
    meaning: str,
    buckets: tuple[float, ...],
    *labels: Label,
    since: str = "",
    only: str = "",
) -> MetricSpec:
    """Declare a histogram of seconds."""
    return MetricSpec(
        name=name,
        kind="histogram",
        meaning=meaning,
        unit="seconds",
        labels=labels,
        buckets=buckets,
        since=since,
        only=only,
    )
