"""Read a saved state strictly: each key once, each number finite and exact, nothing coerced."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from holdfast.ledger.earlier.refusal import ImportRefused, quoted
from holdfast.ledger.earlier.shape import Saved, SavedFile

SHAPE = "a JSON object with `slots`: a list of {slot_id, sticky, state}, or a map of id to state"
ANEW = "save the state again with the earlier bot stopped, and import that file"
_USED = frozenset(SavedFile.__struct_fields__)


def read_saved(path: Path) -> Saved:
    """Read a file; raise ImportRefused where it is no saved state."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"cannot be read: {error.strerror}", do="name the file") from error
    document = _document(body)
    used = {key: value for key, value in document.items() if key in _USED}
    if "slots" not in used:
        raise ImportRefused("is no saved state: it has no `slots`", allowed=SHAPE, do=ANEW)
    used["slots"] = _listed(used["slots"])
    try:
        file = msgspec.convert(used, SavedFile)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        key = where.strip("`").removeprefix("$.")
        raise ImportRefused(problem, key=key, do=ANEW) from error
    left = tuple(sorted(quoted(key).strip("'") for key in document.keys() - _USED))
    return Saved(path.name, hashlib.sha256(body).hexdigest(), file, left)


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(
            body.decode(),
            parse_float=Decimal,
            parse_constant=_not_finite,
            object_pairs_hook=_once,
        )
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise ImportRefused(f"is not JSON: {quoted(str(error))}", allowed=SHAPE, do=ANEW) from error
    if not isinstance(document, dict):
        raise ImportRefused("is no saved state: it is no object", allowed=SHAPE, do=ANEW)
    return document


def _not_finite(text: str) -> None:
    raise ImportRefused(f"holds {text}", allowed="finite numbers", do=ANEW)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ImportRefused("stands twice in one object", key=quoted(twice), do=ANEW)
    return found


def _listed(slots: object) -> list[Any]:
    """Bring both forms of `slots` into a list."""
    if not isinstance(slots, Mapping):
        if isinstance(slots, list):
            return slots
        raise ImportRefused("is neither a list nor a map", key="slots", allowed=SHAPE, do=ANEW)
    return [_named(key, row) for key, row in slots.items()]


def _named(key: str, row: object) -> dict[str, Any]:
    if not (key.isascii() and key.isdigit()):
        raise ImportRefused("is no slot id", key=f"slots.{quoted(key)}", allowed="digits", do=ANEW)
    if isinstance(row, Mapping) and "state" in row and not row.keys() & {"orders"}:
        if row.get("slot_id", int(key)) != int(key):
            raise ImportRefused("its slot_id is another", key=f"slots.{key}", do=ANEW)
        return {**row, "slot_id": int(key)}
    return {"slot_id": int(key), "state": row}
