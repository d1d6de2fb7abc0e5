"""Take values from the environment and the command line.

Rules: the environment never stops a start: a number out of range goes to its nearest bound, an
unreadable text or unknown word is dropped so that the layer below stands, and each leaves a notice.
A switch of a feature that is not built stays off; a mere number of one is taken and said to be
without effect. The command line is typed by a person now, so what does not fit there is refused.
"""

from collections.abc import Mapping

from holdfast.config.assigned import Assigned, refuse_unbuilt
from holdfast.config.catalogue import CANONICAL, CATALOGUE, Knob, nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.knob import Value, spell
from holdfast.config.profile import Notice, Origin
from holdfast.config.values import Misfit, OutOfRange, fit_text, nearest_bound

COMMAND_LINE = "command line"


def from_environment(
    environ: Mapping[str, str],
) -> tuple[tuple[Assigned, ...], tuple[Notice, ...]]:
    """Read every knob the environment names, with a notice for each value it could not take."""
    taken: dict[str, Assigned] = {}
    notices: list[Notice] = []
    for name, key in CANONICAL.items():
        variable = name.upper()
        text = environ.get(variable, "").strip()
        if not text:
            continue
        if key in taken:
            outcome = f"{taken[key].origin.name} stands"
            notices.append(Notice(variable, key, f"another name of {key.upper()}", outcome))
            continue
        value = _take(CATALOGUE[key], variable, text, notices)
        if value is not None:
            taken[key] = Assigned(key, value, Origin("environment", spell(value), name=variable))
    return tuple(taken.values()), tuple(notices)


def from_command_line(overrides: Mapping[str, str]) -> tuple[Assigned, ...]:
    """Read the knobs the command line names, refusing what does not fit."""
    found: dict[str, Assigned] = {}
    for name, text in overrides.items():
        knob = CATALOGUE.get(CANONICAL.get(name.lower(), ""))
        if knob is None:
            hint = nearest(name, CANONICAL) or "see docs/settings.md"
            raise _refused(quoted(name).strip("'\""), "is not a known setting", hint=hint)
        if not knob.env:
            raise _refused(knob.name, "cannot be set here", hint="set it in the profile")
        if knob.name in found:
            raise _refused(knob.name, "stands twice", hint="keep one of them")
        value = _strict(knob, text)
        origin = Origin("command line", spell(value))
        found[knob.name] = Assigned(knob.name, value, origin)
    return tuple(found.values())


def dropped(each: Assigned, problem: str) -> Notice:
    """Tell that a value of the environment was taken back as part of a broken pair."""
    outcome = "dropped together with its pair, the layer below stands"
    return Notice(each.origin.name, each.key, problem, outcome)


def _take(knob: Knob, variable: str, text: str, notices: list[Notice]) -> Value:
    def note(problem: str, outcome: str) -> None:
        notices.append(Notice(variable, knob.name, problem, outcome))

    if not knob.env:
        note("may not come from the environment", "dropped, the layer below stands")
        return None
    try:
        value = fit_text(knob, text)
    except OutOfRange as beyond:
        value = nearest_bound(knob, beyond.number)
        note(str(beyond), f"taken as {spell(value)}; allowed: {knob.allowed}")
    except Misfit as misfit:
        note(str(misfit), f"dropped, the layer below stands; allowed: {knob.allowed}")
        return None
    unbuilt = refuse_unbuilt(knob, value)
    if unbuilt and knob.kind not in {"int", "decimal"}:
        note(unbuilt, "dropped, the layer below stands")
        return None
    if unbuilt:
        note(unbuilt, "taken, and without effect until then")
    return value


def _strict(knob: Knob, text: str) -> Value:
    try:
        value = fit_text(knob, text)
    except Misfit as misfit:
        raise _refused(knob.name, str(misfit), allowed=knob.allowed) from None
    unbuilt = refuse_unbuilt(knob, value)
    if unbuilt:
        raise _refused(knob.name, unbuilt, allowed=spell(knob.safe))
    return value


def _refused(key: str, problem: str, *, allowed: str = "", hint: str = "") -> ConfigError:
    return ConfigError(
        problem,
        file=COMMAND_LINE,
        key=f"settings.{key}",
        allowed=allowed,
        hint=hint or "correct the value",
    )
