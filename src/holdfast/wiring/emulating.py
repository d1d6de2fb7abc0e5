"""Read what an exchange is opened with: its keys and its fault plan, from YAML or JSON files.

Rules: a fault of a file names file, line, key and what is allowed, and then nothing is opened.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.config.errors import ConfigError
from holdfast.config.yaml_strict import Sheet, Spot, read_sheet
from holdfast.venue.emulator.keys import ApiKey, fault_of
from holdfast.venue.emulator.limits import TIERS
from holdfast.venue.emulator.plan import PlanFault, read_plan
from holdfast.venue.emulator.state import Rule


def read_plan_file(path: Path, origin: int, now: int) -> tuple[str, list[Rule]]:
    """Read a fault plan; with it comes the digest of its file."""
    sheet = read_sheet(path, path.name)
    try:
        return sheet.digest, read_plan(_plain_group(sheet.root), origin=origin, now=now)
    except PlanFault as error:
        raise _bad(sheet, error.path, error.problem, error.allowed) from None


def read_keys_file(path: Path) -> dict[str, ApiKey]:
    """Read API keys, in the words of GetApiKeyInfo: `keys: [{key: …, secret: …, permissions: […]}]`."""
    sheet = read_sheet(path, path.name)
    try:
        keys = msgspec.convert(_plain_group(sheet.root), _Keys).keys
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        steps = tuple(int(one) if one.isdigit() else one for one in STEP.findall(where))
        raise _bad(sheet, steps, problem, "the fields of GetApiKeyInfo, and secret") from None
    fault = fault_of(keys, tuple(TIERS))
    if fault is not None:
        raise _bad(sheet, ("keys", fault.place, fault.field), fault.problem, fault.allowed)
    return {one.key: one for one in keys}


STEP = re.compile(r"[A-Za-z_]+|\d+")


class _Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[ApiKey]


def _bad(sheet: Sheet, path: tuple[str | int, ...], problem: str, allowed: str) -> ConfigError:
    line, column = _place(sheet, path)
    return ConfigError(
        problem,
        file=sheet.label,
        line=line,
        column=column,
        key=".".join(str(part) for part in path if part != ""),
        allowed=allowed,
        hint="correct the line",
    )


def _plain_group(group: Mapping[str, Spot]) -> dict[str, object]:
    return {key: _plain(spot) for key, spot in group.items()}


def _plain(spot: Spot) -> object:
    value = spot.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _plain_group(value) if isinstance(value, Mapping) else value


def _place(sheet: Sheet, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Find the deepest spot of a path that is in the file."""
    line, column = 1, 1
    value: object = sheet.root
    for part in path:
        found: Spot | None = None
        if isinstance(value, Mapping):
            found = value.get(str(part))
        elif isinstance(value, tuple) and isinstance(part, int):
            found = value[part] if part < len(value) else None
        if found is None:
            break
        line, column, value = found.line, found.column, found.value
    return line, column
