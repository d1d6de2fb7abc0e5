"""Put knobs and profiles into plain data, for tables and for `--json`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from holdfast.config.catalogue import Knob
from holdfast.config.chain import read_chain
from holdfast.config.errors import ConfigError
from holdfast.config.knob import Value, spell
from holdfast.config.profile import Origin, Profile

LISTED = ("name", "extends", "venue", "symbol", "rollout", "description")


def layers(knob: Knob, profile: Profile | None) -> tuple[Origin, ...]:
    """List every layer that touched a value, the one in force last."""
    if profile is None:
        return (Origin("default", spell(knob.default)),)
    return profile.origins[knob.name]


def notices(knob: Knob, profile: Profile | None) -> list[str]:
    """List what became of this knob's values from the environment."""
    return [str(each) for each in profile.warnings if each.key == knob.name] if profile else []


def explained(knob: Knob, profile: Profile | None) -> dict[str, Any]:
    """Tell all about one knob, in a profile or by itself."""
    value: Value = knob.default if profile is None else getattr(profile.settings, knob.name)
    return {
        "key": knob.name,
        "value": spell(value),
        "profile": profile.name if profile else None,
        "family": knob.family,
        "meaning": knob.meaning,
        "unit": knob.unit,
        "allowed": knob.allowed,
        "safe": spell(knob.safe),
        "risk": knob.risk,
        "on_stale": knob.on_stale,
        "effect": knob.effect,
        "since": knob.since or None,
        "aliases": knob.aliases,
        "layers": [_layer(origin) for origin in layers(knob, profile)],
        "warnings": notices(knob, profile),
    }


def listed(path: Path) -> dict[str, str]:
    """Tell one profile in a row; a faulty one with its fault as description."""
    row = dict.fromkeys(LISTED, "") | {"name": path.stem}
    try:
        chain = read_chain(path, path.parent)
    except ConfigError as error:
        return row | {"description": str(error)}
    for page in chain.pages:
        row |= {key: word for key in ("venue", "symbol") if (word := getattr(page, key))}
    stages: Mapping[str, str] = {
        track: str(spot.value) for page in chain.pages for track, spot in page.rollout.items()
    }
    return row | {
        "extends": chain.leaf.extends,
        "rollout": ", ".join(f"{track} {stage}" for track, stage in stages.items()),
        "description": chain.leaf.description + (" (abstract)" * chain.leaf.abstract),
    }


def shown(profile: Profile, *, origins: bool) -> dict[str, Any]:
    """Tell a whole profile, with every layer of every value if asked."""
    found: dict[str, Any] = {
        "name": profile.name,
        "runtime": profile.runtime,
        "env": profile.env,
        "venue": profile.venue,
        "symbol": profile.symbol,
        "rollout": dict(profile.rollout),
        "digest": profile.digest,
        "settings": {key: spell(value) for key, value in profile.settings},
        "secrets": {name: str(reference) for name, reference in profile.secrets.items()},
        "allowed_accounts": list(profile.allowed_accounts),
        "warnings": [str(notice) for notice in profile.warnings],
    }
    if origins:
        found["origins"] = {
            key: [_layer(origin) for origin in touched] for key, touched in profile.origins.items()
        }
    return found


def _layer(origin: Origin) -> dict[str, str]:
    return {
        "layer": origin.layer,
        "value": origin.value,
        "where": origin.where,
        "by": origin.name,
    }
