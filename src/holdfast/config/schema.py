"""Make the JSON Schemas editors check profiles and tracks with.

Rules: nothing is known here that the catalogue and the loader do not know; a knob whose feature is
not built takes only its safe value in a profile, and any value in a track, where its stage waits.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from holdfast.config.catalogue import CANONICAL, CATALOGUE, Knob
from holdfast.config.chain import label_of
from holdfast.config.knob import Value, spell
from holdfast.config.lint import track_paths
from holdfast.config.page import ENVS, KEYS, NAME, SYMBOL, VENUES
from holdfast.config.secrets.shape import key_shapes
from holdfast.config.tracks import STAGE_KEYS, TRACK_KEYS, Track, read_track, ready_stages

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PLAIN_NUMBER = r"^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?$"
Schema = dict[str, Any]


def profile_schema(profiles: Path) -> Schema:
    """Describe a profile file."""
    tracks = [read_track(path, label_of(path)) for path in track_paths(profiles)]
    shapes: dict[str, Schema] = {
        "extends": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "abstract": {"type": "boolean"},
        "description": {"type": "string", "maxLength": 200},
        "runtime": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "env": {"enum": list(ENVS)},
        "venue": {"enum": list(VENUES)},
        "symbol": {"type": "string", "pattern": f"^{SYMBOL.pattern}$"},
        "rollout": _mapping({track.name: _stages(track) for track in tracks}),
        "override": {"type": "array", "items": {"enum": sorted(CANONICAL)}},
        "settings": _mapping(_settings(built=True)),
        **key_shapes(),
    }
    return _document("A profile: what an operator may change", shapes, KEYS)


def track_schema() -> Schema:
    """Describe a track file."""
    stage: dict[str, Schema] = {
        "id": {"type": "string", "minLength": 1},
        "title": {"type": "string"},
        "after": {"type": "array", "items": {"type": "string"}},
        "optional": {"type": "boolean"},
        "available": {"type": "boolean"},
        "set": _mapping(_settings(built=False)),
    }
    shapes: dict[str, Schema] = {
        "track": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "title": {"type": "string"},
        "stages": {
            "type": "array",
            "items": _mapping(_described(stage, STAGE_KEYS)) | {"required": ["id"]},
        },
    }
    document = _document("A track of the rollout: its stages", shapes, TRACK_KEYS)
    return document | {"required": ["track", "stages"]}


def _document(title: str, shapes: Mapping[str, Schema], told: Mapping[str, str]) -> Schema:
    return {"$schema": DIALECT, "title": title} | _mapping(_described(shapes, told))


def _mapping(properties: Mapping[str, Schema]) -> Schema:
    return {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": dict(properties),
    }


def _described(shapes: Mapping[str, Schema], told: Mapping[str, str]) -> dict[str, Schema]:
    return {key: {"description": told[key]} | shape for key, shape in shapes.items()}


def _stages(track: Track) -> Schema:
    return {"description": track.title, "enum": list(ready_stages(track))}


def _settings(*, built: bool) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for name, key in CANONICAL.items():
        knob = CATALOGUE[key]
        note = f"Another name of {key}. " if name != key else ""
        shape = _permitted(knob) if built and knob.since else _shape(knob)
        found[name] = {"description": f"{note}{describe(knob)}"} | shape
    return found


def describe(knob: Knob) -> str:
    """Tell a knob in one line: meaning, unit, default, and whether it is built."""
    unit = f" [{knob.unit}]" if knob.unit else ""
    later = f" Not built yet: {knob.since}." if knob.since else ""
    return f"{knob.meaning}{unit}. Default {spell(knob.default) or 'none'}.{later}"


def _permitted(knob: Knob) -> Schema:
    values = list(dict.fromkeys(spell(value) for value in knob.permitted))
    if knob.kind in {"int", "decimal"}:
        return {"enum": [*(_json(Decimal(value)) for value in values), *_texts(knob, values)]}
    return {"enum": list(dict.fromkeys(_json(value) for value in knob.permitted))}


def _texts(knob: Knob, values: Iterable[str]) -> list[str]:
    return list(values) if knob.kind == "decimal" else []


def _shape(knob: Knob) -> Schema:
    if knob.kind == "bool":
        return {"type": "boolean"}
    if knob.kind == "choice":
        return {"enum": [*knob.choices, *knob.synonyms]}
    if knob.kind == "text":
        return {"type": ["string", "null"]}
    bounds = {"minimum": _json(knob.low), "maximum": _json(knob.high)}
    if knob.kind == "int":
        return {"type": "integer"} | bounds
    return {"anyOf": [{"type": "number"} | bounds, {"type": "string", "pattern": PLAIN_NUMBER}]}


def _json(value: Value) -> bool | int | float | str | None:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
