"""Say what a runbook is: phases of steps, each a check with what is expected of it.

Rules: a key that is not named here is refused; a check looks at exactly one thing; ids are unique in
the file; a step without retry is looked at once.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from holdfast.rollout.runbook.target import parse_target
from holdfast.rollout.runbook.values import (
    JsonPath,
    Line,
    Name,
    Number,
    Option,
    Pattern,
    Plain,
    Span,
)

Since = Literal["deploy", "run"]
KINDS = ("http", "log", "restarts", "last_stop")
QUICK = 5.0
LONGEST_TIMEOUT = 60.0


def _target(text: str) -> str:
    parse_target(text)
    return text


def _timeout(seconds: float) -> float:
    if seconds > LONGEST_TIMEOUT:
        raise ValueError("must be at most 60s")
    return seconds


class Part(BaseModel):
    """What all parts have in common: nothing unknown, nothing bent, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Comparison(Part):
    """What a value must be; all that is given must hold."""

    eq: Plain = Field(default=None, description="Equals this; numbers by value, else as written.")
    one_of: Annotated[tuple[Option, ...], Field(min_length=1)] | None = Field(
        default=None, description="Equals one of these, or matches {matches: …}."
    )
    matches: Pattern | None = Field(default=None, description="A text this expression is found in.")
    gt: Number | None = Field(default=None, description="A number greater than this.")
    ge: Number | None = Field(default=None, description="A number of at least this.")
    lt: Number | None = Field(default=None, description="A number less than this.")
    le: Number | None = Field(default=None, description="A number of at most this.")
    exists: bool | None = Field(default=None, description="true: it is there; false: it is not.")

    @property
    def operators(self) -> tuple[str, ...]:
        """Name the operators that were written."""
        return tuple(name for name in Comparison.model_fields if name in self.model_fields_set)


class Compared(Comparison):
    """A comparison that says at least one thing."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.operators:
            raise ValueError(f"compares nothing; use one of {', '.join(Comparison.model_fields)}")
        return self


class ValueTest(Compared):
    """What the values at a path of the answer must be, all of them."""

    path: JsonPath = Field(description="Where in the JSON answer, as $.a.b[0] or $.a[*].b.")


class Expect(Comparison):
    """What an answer must be; all that is given must hold."""

    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        default=None, description="The HTTP status of the answer."
    )
    path: JsonPath | None = Field(default=None, description="A single value test, written inline.")
    all: Annotated[tuple[ValueTest, ...], Field(min_length=1)] | None = Field(
        default=None, description="Several value tests."
    )
    number: Compared | None = Field(default=None, description="What the count must be.")

    @model_validator(mode="after")
    def _path_and_operators_go_together(self) -> Self:
        if bool(self.path) != bool(self.operators):
            raise ValueError("a path needs what its value must be, and that needs a path")
        return self

    @property
    def tests(self) -> tuple[ValueTest, ...]:
        """List the value tests, the inline one first."""
        if self.path is None:
            return self.all or ()
        given = {name: getattr(self, name) for name in self.operators}
        inline = ValueTest.model_construct({*given, "path"}, path=self.path, **given)
        return (inline, *(self.all or ()))


class LogLine(Part):
    """A line a child of `holdfast up` wrote to its log."""

    file: Literal["desk", "dashboard", "prefect", "worker"] = Field(
        default="desk", description="Whose log."
    )
    since: Since = Field(default="deploy", description="Only lines written since then count.")
    contains: Line | None = Field(default=None, description="Text that is in the line.")
    matches: Pattern | None = Field(default=None, description="Expression found in the line.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.contains is None) == (self.matches is None):
            raise ValueError("say either contains or matches")
        return self


class Restarts(Part):
    """How often the desk started."""

    since: Since = Field(default="deploy", description="Only starts since then count.")


class Check(Part):
    """One look at one thing."""

    http: Annotated[Line, AfterValidator(_target)] | None = Field(
        default=None, description="GET {{desk}}/path, GET {{dashboard}}/path, or an address."
    )
    timeout: Annotated[Span, AfterValidator(_timeout)] | None = Field(
        default=None, description="How long an answer may take; 5s without it, 60s at most."
    )
    log: LogLine | None = Field(default=None, description="A line of a log.")
    restarts: Restarts | None = Field(default=None, description="How often the desk started.")
    last_stop: Compared | None = Field(
        default=None, description="Why the desk was last stopped on purpose, as `signal 15`."
    )
    expect: Expect | None = Field(default=None, description="What the answer or count must be.")

    @property
    def kind(self) -> str:
        """Name what it looks at."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _looks_at_one_thing(self) -> Self:
        found = [name for name in KINDS if getattr(self, name) is not None]
        if len(found) != 1:
            raise ValueError(f"looks at one thing: say one of {', '.join(KINDS)}")
        _fits(found[0], self.expect)
        if self.timeout is not None and found != ["http"]:
            raise ValueError("timeout belongs to http")
        return self


class Retry(Part):
    """How long to look again while a check does not pass."""

    for_: Span = Field(alias="for", description="How long in all.")
    every: Span = Field(description="The pause between two looks.")


class Evidence(Part):
    """What is kept of a step beyond its verdict."""

    name: Name = Field(alias="as", description="The name of what is kept.")
    required: bool = Field(default=False, description="Without it the step cannot pass.")
    keep: tuple[JsonPath, ...] = Field(default=(), description="More of a JSON answer to keep.")


class Step(Part):
    """A check, how patiently it is made, and what is kept of it."""

    id: Name
    title: Line | None = Field(default=None, description="One line for people.")
    applies_if: Check | None = Field(
        default=None, description="Where this does not pass, the step is inconclusive."
    )
    check: Check
    retry: Retry | None = None
    hold_for: Span | None = Field(
        default=None, description="The check must go on passing for so long."
    )
    blocking: bool = Field(default=False, description="true: if it does not pass, the run ends.")
    evidence: Evidence | None = None


class Phase(Part):
    """Steps that are judged together."""

    id: Name
    title: Line | None = Field(default=None, description="One line for people.")
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=200)]


class Runbook(Part):
    """A verification: its phases, in order."""

    runbook: Name = Field(description="Name of the runbook, the file's own name.")
    title: Line = Field(description="One line for people.")
    hosts: tuple[Line, ...] = Field(
        default=(), description="Hosts other than this machine that checks may ask."
    )
    phases: Annotated[tuple[Phase, ...], Field(min_length=1, max_length=50)]


def _fits(kind: str, expect: Expect | None) -> None:
    if kind in {"log", "last_stop"}:
        if expect is not None:
            raise ValueError(f"{kind} says itself what is expected; take expect away")
        return
    if expect is None:
        raise ValueError("expect is missing: without it nothing could fail")
    if kind == "restarts" and (expect.number is None or expect.model_fields_set != {"number"}):
        raise ValueError("restarts expects {number: …} and nothing else")
    if kind == "http" and (expect.number is not None or not expect.model_fields_set):
        raise ValueError("http expects a status, a path with its value, or all")
