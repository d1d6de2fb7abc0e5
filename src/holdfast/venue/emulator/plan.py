"""Read a fault plan: plain data from a file or from the administrator, judged key by key.

Rules: a plan is `seed` and `rules`; every key of a rule must mean something for its kind; times are
seconds since the exchange began, or RFC 3339; a fault of the plan names its path and what is allowed.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from holdfast.domain.market import SECOND
from holdfast.venue.emulator.faults import KINDS, MODES, STANDING
from holdfast.venue.emulator.params import Params
from holdfast.venue.emulator.public import PUBLIC
from holdfast.venue.emulator.reading import READING
from holdfast.venue.emulator.refusals import Refused
from holdfast.venue.emulator.session import KEY_INFO
from holdfast.venue.emulator.state import Rule
from holdfast.venue.emulator.trading import TRADING

ENDPOINTS = frozenset({*PUBLIC, *READING, *TRADING, KEY_INFO})
STATUSES = (500, 502, 503, 504, 520, 522, 524)
WHENS = ("before", "after")
SPAN = frozenset({"kind", "from", "until"})
MATCH = SPAN | {"endpoints", "p", "times", "after", "seed", "cl_ord_id"}
KEYS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{kind: SPAN if kind in STANDING else MATCH for kind in KINDS},
        "delay": MATCH | {"seconds", "when"},
        "http_5xx": MATCH | {"status", "when"},
        "error": MATCH | {"text", "when"},
        "partial_fill": MATCH | {"fraction"},
        "maintenance": SPAN | {"mode"},
        "clock_shift": SPAN | {"seconds"},
    }
)
LONGEST_DELAY = 600
FURTHEST_SHIFT = 86_400
LATEST = Decimal(10**10)
MOST_RULES = 100
Path = tuple[str | int, ...]


class PlanFault(Exception):
    """A plan says something that cannot be done; `path` leads to it."""

    def __init__(self, path: Path, problem: str, allowed: str) -> None:
        super().__init__(problem)
        self.path, self.problem, self.allowed = path, problem, allowed

    def __str__(self) -> str:
        """Say it in one line."""
        where = ".".join(str(part) for part in self.path) or "plan"
        return f"{where}: {self.problem}; allowed: {self.allowed}"


def read_plan(given: object, *, origin: int, now: int) -> list[Rule]:
    """Make the rules of a plan."""
    plan = _mapping((), given)
    for key in plan:
        if key not in {"seed", "rules"}:
            raise PlanFault((key,), "unknown key", "seed, rules")
    seed = int(_number(("seed",), plan.get("seed", 0), Decimal(0), Decimal(1 << 53), whole=True))
    rules = plan.get("rules", [])
    if not isinstance(rules, list | tuple) or len(rules) > MOST_RULES:
        raise PlanFault(("rules",), "no list of rules", f"a list of up to {MOST_RULES}")
    return [
        _Reader(("rules", place), _mapping(("rules", place), one), origin, now).rule(seed + place)
        for place, one in enumerate(rules)
    ]


class _Reader:
    def __init__(self, path: Path, given: Mapping[str, object], origin: int, now: int) -> None:
        self._path, self._given, self._origin, self._now = path, given, origin, now

    def rule(self, seed: int) -> Rule:
        kind = self._choice("kind", KINDS, None)
        for key in self._given:
            if key not in KEYS[kind]:
                known = ", ".join(sorted(KEYS[kind]))
                raise PlanFault((*self._path, key), f"not a key of {kind}", known)
        longest = FURTHEST_SHIFT if kind == "clock_shift" else LONGEST_DELAY
        shortest = -longest if kind == "clock_shift" else 0
        return Rule(
            kind=kind,
            endpoints=self._endpoints(),
            p=self._number("p", 1, 0, 1),
            times=self._whole("times", 0, 10**9),
            after=self._whole("after", 0, 10**9),
            since=self._time("from", self._now if kind == "stale_ticker" else 0),
            until=self._time("until", 0),
            seed=self._whole("seed", seed, 1 << 53),
            when=self._choice("when", WHENS, "before"),
            seconds=self._number("seconds", 0, shortest, longest),
            status=self._status(),
            fraction=self._number("fraction", Decimal("0.5"), 0, 1),
            mode=self._choice("mode", MODES, "maintenance"),
            text=self._text("text", "EGeneral:Internal error"),
            cl_ord_id=self._text("cl_ord_id", ""),
        )

    def _choice(self, key: str, allowed: tuple[str, ...], default: str | None) -> str:
        value = self._given.get(key, default)
        if not isinstance(value, str) or value not in allowed:
            raise PlanFault(
                (*self._path, key), f"{_shown(value)} is none of them", ", ".join(allowed)
            )
        return value

    def _endpoints(self) -> tuple[str, ...]:
        value = self._given.get("endpoints", ())
        words = [value] if isinstance(value, str) else value
        if not isinstance(words, list | tuple):
            raise PlanFault((*self._path, "endpoints"), "no list of names", "a list of endpoints")
        for word in words:
            if word not in ENDPOINTS:
                known = ", ".join(sorted(ENDPOINTS))
                raise PlanFault((*self._path, "endpoints"), f"{_shown(word)} is no endpoint", known)
        return tuple(str(word) for word in words)

    def _status(self) -> int:
        status = self._whole("status", 502, 599)
        if status not in STATUSES:
            allowed = ", ".join(map(str, STATUSES))
            raise PlanFault((*self._path, "status"), f"{status} is none of them", allowed)
        return status

    def _text(self, key: str, default: str) -> str:
        value = self._given.get(key, default)
        if not isinstance(value, str):
            raise PlanFault((*self._path, key), f"{_shown(value)} is no text", "text")
        return value

    def _number(self, key: str, default: object, least: int, most: int) -> Decimal:
        value = self._given.get(key, default)
        return _number((*self._path, key), value, Decimal(least), Decimal(most))

    def _whole(self, key: str, default: int, most: int) -> int:
        value = self._given.get(key, default)
        return int(_number((*self._path, key), value, Decimal(0), Decimal(most), whole=True))

    def _time(self, key: str, default: int) -> int:
        value = self._given.get(key)
        if value is None:
            return default
        try:
            moment = Params({key: value}).moment(key) if isinstance(value, str) else None
        except Refused:
            moment = None
        if moment is not None:
            return moment
        return self._origin + int(_number((*self._path, key), value, Decimal(0), LATEST) * SECOND)


def _mapping(path: Path, given: object) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise PlanFault(path, "no group of keys", "`key: value`")
    return given


def _number(
    path: Path, value: object, least: Decimal, most: Decimal, *, whole: bool = False
) -> Decimal:
    allowed = f"{'a whole number' if whole else 'a number'} from {least} to {most}"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise PlanFault(path, f"{_shown(value)} is no number", allowed) from None
    fits = number.is_finite() and least <= number <= most and not isinstance(value, bool)
    if not fits or (whole and number != int(number)):
        raise PlanFault(path, f"{_shown(value)} does not fit", allowed)
    return number


def _shown(value: object) -> str:
    return repr(value)[:40]
