"""Say a condition over metrics once: the desk evaluates it, and Prometheus gets it as PromQL.

Rules: a term is one number a desk, or nothing; nothing never fires, nor does a division by zero. What
adds up over labels stays apart by `job` and `instance`, so that two desks never make one alert.
"""

from collections.abc import Iterator
from typing import Literal, Protocol

import msgspec

from holdfast.desk.alerts.past import Past, Where
from holdfast.desk.status.metric_registry import BY_NAME

BY = "by (job, instance)"
Op = Literal[">", ">=", "<"]


class Term(Protocol):
    """A number that may be absent."""

    def value(self, past: Past) -> float | None:
        """Return the number now."""

    def promql(self) -> str:
        """Write it for Prometheus."""

    def parts(self) -> Iterator["Term"]:
        """List this term and those within."""


class Value(msgspec.Struct, frozen=True):
    """The sum of a metric's series with these label values."""

    metric: str
    where: Where = ()

    def value(self, past: Past) -> float | None:
        """Return the sum now."""
        return past.total(self.metric, self.where)

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"sum {BY} ({selector(self.metric, self.where)})"

    def parts(self) -> Iterator[Term]:
        """List this term."""
        yield self


class Increase(msgspec.Struct, frozen=True):
    """By how much a counter grew in so many minutes."""

    metric: str
    minutes: int
    where: Where = ()

    def value(self, past: Past) -> float | None:
        """Return the growth."""
        return past.grown(self.metric, self.where, self.minutes * 60.0)

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"sum {BY} (increase({selector(self.metric, self.where)}[{self.minutes}m]))"

    def parts(self) -> Iterator[Term]:
        """List this term."""
        yield self


class Since(msgspec.Struct, frozen=True):
    """How many seconds ago the time was that a gauge holds."""

    metric: str
    where: Where = ()

    def value(self, past: Past) -> float | None:
        """Return the age now."""
        found = past.found(self.metric, self.where)
        return past.wall - max(found) if found else None

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"time() - max {BY} ({selector(self.metric, self.where)})"

    def parts(self) -> Iterator[Term]:
        """List this term."""
        yield self


class Magnitude(msgspec.Struct, frozen=True):
    """A term without its sign."""

    of: Value

    def value(self, past: Past) -> float | None:
        """Return it now."""
        found = self.of.value(past)
        return None if found is None else abs(found)

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"abs({self.of.promql()})"

    def parts(self) -> Iterator[Term]:
        """List this term and the one within."""
        yield self
        yield from self.of.parts()


class Times(msgspec.Struct, frozen=True):
    """A term so many times."""

    factor: float
    of: Value

    def value(self, past: Past) -> float | None:
        """Return it now."""
        found = self.of.value(past)
        return None if found is None else self.factor * found

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"{self.factor:g} * {self.of.promql()}"

    def parts(self) -> Iterator[Term]:
        """List this term and the one within."""
        yield self
        yield from self.of.parts()


class Share(msgspec.Struct, frozen=True):
    """One term divided by another; nothing where that is zero."""

    of: Increase
    among: Increase

    def value(self, past: Past) -> float | None:
        """Return the share now."""
        part, whole = self.of.value(past), self.among.value(past)
        return part / whole if part is not None and whole else None

    def promql(self) -> str:
        """Write it for Prometheus."""
        return f"{self.of.promql()} / {self.among.promql()}"

    def parts(self) -> Iterator[Term]:
        """List this term and those within."""
        yield self
        yield from (self.of, self.among)


class Check(msgspec.Struct, frozen=True):
    """A term against a limit; false where either is absent."""

    left: Value | Increase | Since | Magnitude | Share
    op: Op
    limit: float | Value | Times

    def holds(self, past: Past) -> bool:
        """Judge it now."""
        left, limit = self.left.value(past), self._limit(past)
        if left is None or limit is None:
            return False
        if self.op == "<":
            return left < limit
        return left > limit if self.op == ">" else left >= limit

    def promql(self) -> str:
        """Write it for Prometheus."""
        right = f"{self.limit:g}" if isinstance(self.limit, float | int) else self.limit.promql()
        return f"{self.left.promql()} {self.op} {right}"

    def told(self, past: Past) -> str:
        """Say what was found, for people."""
        left, limit = self.left.value(past), self._limit(past)
        if left is None or limit is None:
            return ""
        return f"{_name(self.left)} is {left:.6g}, fires at {self.op} {limit:.6g}"

    def parts(self) -> Iterator[Term]:
        """List the terms of both sides."""
        yield from self.left.parts()
        if not isinstance(self.limit, float | int):
            yield from self.limit.parts()

    def _limit(self, past: Past) -> float | None:
        return self.limit if isinstance(self.limit, float | int) else self.limit.value(past)


Condition = tuple[Check, ...]
"""Checks that must all hold."""


def holds(condition: Condition, past: Past) -> bool:
    """Judge a condition now."""
    return all(check.holds(past) for check in condition)


def promql(condition: Condition) -> str:
    """Write a condition for Prometheus."""
    return " and ".join(f"({check.promql()})" for check in condition)


def terms(condition: Condition) -> Iterator[Term]:
    """List every term of a condition."""
    for check in condition:
        yield from check.parts()


def metrics(condition: Condition) -> set[str]:
    """Name every metric a condition reads."""
    return {term.metric for term in terms(condition) if isinstance(term, Value | Increase | Since)}


def selector(metric: str, where: Where = ()) -> str:
    """Write a metric with label matchers."""
    matchers = [
        f'{name}="{values[0]}"' if len(values) == 1 else f'{name}=~"{"|".join(values)}"'
        for name, values in where
    ]
    return BY_NAME[metric].exposed + (f"{{{', '.join(matchers)}}}" if matchers else "")


def _name(term: Term) -> str:
    names = [part.metric for part in term.parts() if isinstance(part, Value | Increase | Since)]
    return " of ".join(names)
