"""Read the top level of one profile file.

Rules: the keys below and no others; `extends` names a neighbour, never a path; stage ids are quoted
text, so that `2` and `"2b"` cannot be mistaken for numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from holdfast.config.assigned import Assigned, key_fault, known, read_settings, shown
from holdfast.config.catalogue import nearest
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.profile import Layer
from holdfast.config.secrets import block
from holdfast.config.yaml_strict import Sheet, Spot

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SYMBOL = re.compile(r"[A-Z0-9]{1,16}/[A-Z0-9]{1,16}")
ENVS = ("paper", "staging", "live")
VENUES = ("paper", "kraken")
KEYS = {
    "extends": "name of the profile this one builds on",
    "abstract": "true: can be extended, not run",
    "description": "one line for people",
    "runtime": "folder under var/; default: the profile's name",
    "env": "kind of ledger: paper, staging or live",
    "venue": "where orders go",
    "symbol": "what is traded, as BASE/QUOTE",
    "rollout": "track: stage, each stage id in quotes",
    "override": "settings this profile may set although a chosen stage sets them",
    "settings": "knobs that differ from the parent's",
    **block.KEYS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One profile file, checked on its own."""

    sheet: Sheet
    extends: str
    abstract: bool
    description: str
    runtime: str
    env: str
    venue: str
    symbol: str
    rollout: Mapping[str, Spot]
    override: frozenset[str]
    settings: tuple[Assigned, ...]
    keys: block.Keys

    def fault(self, key: str, problem: str, *, allowed: str = "", hint: str = "") -> ConfigError:
        """Make the error that points at one of this file's top-level keys."""
        spot = self.sheet.root.get(key, Spot(None, 1, 1))
        return fault(self.sheet, spot, key, problem, allowed=allowed, hint=hint)


def read_page(sheet: Sheet, layer: Layer) -> Page:
    """Check one profile file and take it apart."""
    for key, spot in sheet.root.items():
        if key not in KEYS:
            hint = nearest(key, KEYS) or f"use one of {', '.join(KEYS)}"
            raise key_fault(spot, sheet.label, shown(key), "is not a known key", hint)
    return Page(
        sheet=sheet,
        extends=_word(sheet, "extends", NAME, "the name of a profile in the same folder"),
        abstract=_flag(sheet, "abstract"),
        description=_word(sheet, "description", re.compile(r"[^\x00-\x1f]{0,200}"), "one line"),
        runtime=_word(sheet, "runtime", NAME, "small letters, digits, - and _"),
        env=_one_of(sheet, "env", ENVS),
        venue=_one_of(sheet, "venue", VENUES),
        symbol=_word(sheet, "symbol", SYMBOL, "BASE/QUOTE, as in DOGE/USD"),
        rollout=_rollout(sheet),
        override=_override(sheet),
        settings=read_settings(sheet.root.get("settings"), sheet.label, layer, within="settings"),
        keys=block.read_keys(sheet),
    )


def fault(
    sheet: Sheet, spot: Spot, key: str, problem: str, *, allowed: str = "", hint: str = ""
) -> ConfigError:
    """Make the error that points at a value of a file."""
    return ConfigError(
        problem,
        file=sheet.label,
        line=spot.line,
        column=spot.column,
        key=key,
        allowed=allowed,
        hint=hint or "correct the value",
    )


def _word(sheet: Sheet, key: str, pattern: re.Pattern[str], allowed: str) -> str:
    spot = sheet.root.get(key)
    if spot is None:
        return ""
    if isinstance(spot.value, str) and pattern.fullmatch(spot.value):
        return spot.value
    raise fault(sheet, spot, key, f"{_shape(spot)} does not fit", allowed=allowed)


def _flag(sheet: Sheet, key: str) -> bool:
    spot = sheet.root.get(key)
    if spot is None or isinstance(spot.value, bool):
        return spot is not None and spot.value is True
    raise fault(sheet, spot, key, f"{_shape(spot)} does not fit", allowed="true, false")


def _one_of(sheet: Sheet, key: str, words: tuple[str, ...]) -> str:
    spot = sheet.root.get(key)
    if spot is None:
        return ""
    if spot.value in words:
        return str(spot.value)
    problem = f"{_shape(spot)} is not known, or not built yet"
    raise fault(sheet, spot, key, problem, allowed=", ".join(words))


def _rollout(sheet: Sheet) -> Mapping[str, Spot]:
    spot = sheet.root.get("rollout")
    if spot is None or spot.value is None:
        return {}
    if not isinstance(spot.value, Mapping):
        raise fault(sheet, spot, "rollout", "is not a mapping", allowed="`track: stage` lines")
    for track, stage in spot.value.items():
        key = f"rollout.{shown(track)}"
        if not NAME.fullmatch(track):
            raise key_fault(stage, sheet.label, key, "is not the name of a track", "correct it")
        if not isinstance(stage.value, str):
            raise fault(
                sheet,
                stage,
                key,
                f"{_shape(stage)} is not a stage id",
                allowed="text in quotes",
                hint=f'write "{stage.value}"' if isinstance(stage.value, int) else "",
            )
    return spot.value


def _override(sheet: Sheet) -> frozenset[str]:
    spot = sheet.root.get("override")
    if spot is None or spot.value is None:
        return frozenset()
    if not isinstance(spot.value, tuple):
        raise fault(sheet, spot, "override", "is not a list", allowed="a list of settings")
    names: set[str] = set()
    for item in spot.value:
        if not isinstance(item.value, str):
            raise fault(sheet, item, "override", f"{_shape(item)} is not a setting's name")
        names.add(known(item.value, item, sheet.label, "override").name)
    return frozenset(names)


def _shape(spot: Spot) -> str:
    if isinstance(spot.value, Mapping):
        return "a mapping"
    if isinstance(spot.value, tuple):
        return "a list"
    return "nothing" if spot.value is None else quoted(spot.value)
