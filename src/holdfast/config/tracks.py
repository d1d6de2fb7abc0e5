"""Read a track of the rollout and say what a chosen stage sets.

Rules: a stage's effective set is its own and that of the stages it comes `after`, its own winning; a
stage that is not built says `available: false` and cannot be chosen, nor can one that follows it; a
stage that says nothing of the kind may hold only values that are built.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.config.assigned import Assigned, key_fault, read_settings, shown
from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.page import fault
from holdfast.config.yaml_strict import Sheet, Spot, read_sheet

TRACK_KEYS = {
    "track": "name of the track, the file's own name",
    "title": "one line for people",
    "stages": "the stages, in order",
}
STAGE_KEYS = {
    "id": "name of the stage, in quotes",
    "title": "one line for people",
    "after": "stages this one builds on",
    "optional": "true: the way forward does not lead through it",
    "available": "false: not built yet, cannot be chosen",
    "set": "knobs this stage sets",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a track."""

    id: str
    title: str
    after: tuple[str, ...]
    optional: bool
    available: bool
    set: tuple[Assigned, ...]
    spot: Spot


@dataclass(frozen=True, slots=True)
class Track:
    """One track: its stages by id, in the order of the file."""

    name: str
    title: str
    sheet: Sheet
    stages: Mapping[str, Stage]


def read_track(path: Path, label: str) -> Track:
    """Read and check one track file."""
    sheet = read_sheet(path, label)
    _only(sheet, sheet.root, TRACK_KEYS, "")
    name = _word(sheet, sheet.root, "track", "")
    if name != path.stem:
        spot = sheet.root.get("track", Spot(None, 1, 1))
        raise fault(
            sheet, spot, "track", f"{quoted(name)} is not the file's name", allowed=path.stem
        )
    stages: dict[str, Stage] = {}
    for spot in _list(sheet, sheet.root.get("stages"), "stages"):
        stage = _stage(sheet, name, spot)
        if stage.id in stages:
            raise fault(sheet, spot, f"stages.{stage.id}", "stands twice", hint="keep one")
        for parent in stage.after:
            if parent not in stages:
                problem = f"{quoted(parent)} is not a stage above"
                raise fault(sheet, spot, f"stages.{stage.id}.after", problem)
        stages[stage.id] = stage
    return Track(name, _word(sheet, sheet.root, "title", ""), sheet, stages)


def effective(track: Track, stage_id: str) -> Mapping[str, tuple[Assigned, ...]]:
    """Collect what a stage and its ancestors set, each knob with all that touched it, last in force."""
    wanted = ancestry(track, stage_id)
    found: dict[str, tuple[Assigned, ...]] = {}
    for stage in track.stages.values():
        if stage.id in wanted:
            for each in stage.set:
                found[each.key] = (*found.get(each.key, ()), each)
    return found


def ancestry(track: Track, stage_id: str) -> frozenset[str]:
    """Name a stage and every stage it builds on."""
    found = {stage_id}
    waiting = [stage_id]
    while waiting:
        for parent in track.stages[waiting.pop()].after:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)


def ready_stages(track: Track) -> tuple[str, ...]:
    """List the stages that are built, as are all they build on."""
    return tuple(
        name
        for name in track.stages
        if all(track.stages[each].available for each in ancestry(track, name))
    )


def choose(track: Track, spot: Spot, chooser: Sheet) -> Stage:
    """Find the stage a profile names, or refuse it at the profile's own line."""
    stage_id = str(spot.value)
    key = f"rollout.{track.name}"
    ready = ", ".join(f'"{name}"' for name in ready_stages(track))
    if stage_id not in track.stages:
        problem = f"{quoted(stage_id)} is not a stage of this track"
        hint = nearest(stage_id, track.stages)
        raise fault(chooser, spot, key, problem, allowed=ready, hint=hint)
    if stage_id not in ready_stages(track):
        problem = f"stage {quoted(stage_id)} is not built yet"
        raise fault(chooser, spot, key, problem, allowed=ready, hint="choose a stage that is")
    return track.stages[stage_id]


def _stage(sheet: Sheet, track: str, spot: Spot) -> Stage:
    if not isinstance(spot.value, Mapping):
        raise fault(sheet, spot, "stages", "a stage is not a mapping", allowed="`id:` and its keys")
    body = spot.value
    name = _word(sheet, body, "id", "stages.")
    if not name:
        raise fault(sheet, spot, "stages.id", "is missing", allowed="text in quotes")
    _only(sheet, body, STAGE_KEYS, f"stages.{name}.")
    available = _flag(sheet, body, "available", default=True)
    return Stage(
        id=name,
        title=_word(sheet, body, "title", f"stages.{name}."),
        after=tuple(
            _text(sheet, item, f"stages.{name}.after")
            for item in _list(sheet, body.get("after"), f"stages.{name}.after")
        ),
        optional=_flag(sheet, body, "optional", default=False),
        available=available,
        set=read_settings(
            body.get("set"),
            sheet.label,
            "stage",
            within=f"stages.{name}.set",
            built=available,
            stage=f"{track} {name}",
        ),
        spot=spot,
    )


def _only(sheet: Sheet, body: Mapping[str, Spot], known: Mapping[str, str], within: str) -> None:
    for key, spot in body.items():
        if key not in known:
            hint = nearest(key, known) or f"use one of {', '.join(known)}"
            raise key_fault(spot, sheet.label, f"{within}{shown(key)}", "is not a known key", hint)


def _word(sheet: Sheet, body: Mapping[str, Spot], key: str, within: str) -> str:
    return _text(sheet, body[key], f"{within}{key}") if key in body else ""


def _text(sheet: Sheet, spot: Spot, key: str) -> str:
    if isinstance(spot.value, str) and spot.value:
        return spot.value
    raise _misfit(sheet, spot, key, "text in quotes")


def _flag(sheet: Sheet, body: Mapping[str, Spot], key: str, *, default: bool) -> bool:
    spot = body.get(key)
    if spot is None:
        return default
    if isinstance(spot.value, bool):
        return spot.value
    raise _misfit(sheet, spot, key, "true, false")


def _list(sheet: Sheet, spot: Spot | None, key: str) -> tuple[Spot, ...]:
    if spot is None or spot.value is None:
        return ()
    if isinstance(spot.value, tuple):
        return spot.value
    raise _misfit(sheet, spot, key, "a list")


def _misfit(sheet: Sheet, spot: Spot, key: str, allowed: str) -> ConfigError:
    return fault(sheet, spot, key, "does not fit", allowed=allowed)
