"""Read what an exchange is opened with: its keys and its fault plan, from YAML or JSON files.

Rules: a fault of a file names file, line, key and what is allowed, and then nothing is opened.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from holdfast.config.errors import ConfigError
from holdfast.config.yaml_strict import Sheet, Spot, read_sheet
from holdfast.venue.emulator.keys import ApiKey, faults_of
from holdfast.venue.emulator.limits import TIERS
from holdfast.venue.emulator.plan import PlanFault, read_plan
from holdfast.venue.emulator.state import Rule


def read_plan_file(path: Path, origin: int, now: int) -> tuple[str, list[Rule]]:
    """Read a fault plan; with it comes the digest of its file."""
    sheet = read_sheet(path, path.name)
    try:
        return sheet.digest, read_plan(_plain_group(sheet.root), origin=origin, now=now)
    except PlanFault as error:
        line, column = _place(sheet, error.path)
        raise ConfigError(
            error.problem,
            file=path.name,
            line=line,
            column=column,
            key=".".join(str(part) for part in error.path),
            allowed=error.allowed,
            hint="correct the line",
        ) from None


def read_keys_file(path: Path) -> dict[str, ApiKey]:
    """Read API keys: a list under `keys`, in the words of GetApiKeyInfo."""
    sheet = read_sheet(path, path.name)
    try:
        given = {"keys": [], **_plain_group(sheet.root)}
        keys = msgspec.convert(given, _Keys).keys
    except msgspec.ValidationError as error:
        raise ConfigError(
            str(error),
            file=path.name,
            line=1,
            column=1,
            key="keys",
            hint="see the example in --help",
        ) from None
    fault = faults_of(keys, tuple(TIERS))
    if fault:
        raise ConfigError(fault, file=path.name, line=1, column=1, key="keys", hint="correct it")
    return {one.key: one for one in keys}


class _Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keys: list[ApiKey]


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
            found = value[part]
        if found is None:
            break
        line, column, value = found.line, found.column, found.value
    return line, column
