"""Read YAML so that a file means what it looks like.

Rules: one document of bounded size, a mapping at its root; no key twice; only `true` and `false` are
truth values; a number is plain decimal and exact; no anchors, aliases, merge keys or tags; every key
and value keeps its line and column; anything else is one `ConfigError`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import yaml
from yaml import events
from yaml.reader import Reader

from holdfast.config.errors import ConfigError, quoted
from holdfast.config.values import LONGEST_NUMBER, exact

LARGEST_FILE = 1 << 20
DEEPEST = 16
MOST_VALUES = 10_000
Scalar = bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A value and where it stands; a key of a mapping remembers where it was written."""

    value: "Scalar | tuple[Spot, ...] | Mapping[str, Spot]"
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file as read: where, what, and the digest of its bytes."""

    path: Path
    label: str
    digest: str
    root: Mapping[str, Spot] = field(default_factory=dict)


def read_sheet(path: Path, label: str) -> Sheet:
    """Read one YAML file strictly."""
    data = _bytes(path, label)
    root = parse(data, label)
    return Sheet(path, label, hashlib.sha256(data).hexdigest(), root)


def parse(data: bytes, label: str) -> Mapping[str, Spot]:
    """Parse the bytes of one YAML document strictly."""
    text = _text(data, label)
    try:
        root = _Builder(label, yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(
            f"not valid YAML: {error.problem or error.context}",
            file=label,
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
            hint="correct the line",
        ) from None
    if root is None or not isinstance(root.value, Mapping):
        raise ConfigError(
            "the file is empty" if root is None else "the file is not a mapping",
            file=label,
            line=root.line if root else 1,
            column=root.column if root else 1,
            allowed="`key: value` lines",
            hint="start with the keys of a profile",
        )
    return root.value


def _bytes(path: Path, label: str) -> bytes:
    try:
        if not path.is_file():
            raise ConfigError("no such file", file=label, hint="check the name and the folder")
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "input error"
        raise ConfigError(f"cannot be read: {reason}", file=label, hint="check it") from None
    if len(data) > LARGEST_FILE:
        raise ConfigError(
            "the file is too large", file=label, allowed="1 MiB", hint="is this a profile?"
        )
    return data


def _text(data: bytes, label: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode("utf-8", "replace"))
        raise ConfigError(
            "the file is not UTF-8",
            file=label,
            line=line,
            column=column,
            allowed="UTF-8 text",
            hint="save it as UTF-8",
        ) from None
    found = Reader.NON_PRINTABLE.search(text)
    if found:
        line, column = _place(text[: found.start()])
        raise ConfigError(
            f"the file holds a control character (code {ord(found.group())})",
            file=label,
            line=line,
            column=column,
            allowed="printable text",
            hint="remove it",
        )
    return text


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _mark(event: events.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Builder:
    def __init__(self, label: str, stream: Iterator[events.Event]) -> None:
        self.label = label
        self.stream = stream
        self.count = 0

    def document(self) -> Spot | None:
        root: Spot | None = None
        for event in self.stream:
            if isinstance(event, events.DocumentStartEvent) and root is not None:
                raise self._fault(event, "a second document", "one document a file")
            if isinstance(event, events.NodeEvent):
                root = self._node(event, "", 0)
        return root

    def _node(self, event: events.Event, key: str, depth: int) -> Spot:
        self._plain(event, key)
        self.count += 1
        if self.count > MOST_VALUES:
            raise self._fault(event, "too many values", f"{MOST_VALUES} in one file", key)
        if depth > DEEPEST:
            raise self._fault(event, "nested too deeply", f"{DEEPEST} levels", key)
        value: Scalar | tuple[Spot, ...] | Mapping[str, Spot]
        if isinstance(event, events.ScalarEvent):
            value = self._scalar(event, key)
        elif isinstance(event, events.SequenceStartEvent):
            value = tuple(self._items(key, depth))
        else:
            value = self._mapping(key, depth)
        return Spot(value, *_mark(event))

    def _items(self, key: str, depth: int) -> Iterator[Spot]:
        for event in self.stream:
            if isinstance(event, events.SequenceEndEvent):
                return
            yield self._node(event, key, depth + 1)

    def _mapping(self, key: str, depth: int) -> Mapping[str, Spot]:
        found: dict[str, Spot] = {}
        for event in self.stream:
            if isinstance(event, events.MappingEndEvent):
                break
            name = self._key(event, key, found)
            path = f"{key}.{name}" if key else name
            spot = self._node(next(self.stream), path, depth + 1)
            found[name] = Spot(spot.value, spot.line, spot.column, *_mark(event))
        return found

    def _key(self, event: events.Event, parent: str, found: Mapping[str, Spot]) -> str:
        self._plain(event, parent)
        if not isinstance(event, events.ScalarEvent):
            raise self._fault(event, "a key that is not a word", "a plain word", parent)
        name: str = event.value
        if name == "<<":
            raise self._fault(event, "a merge key", "`extends:` for a parent", parent)
        path = f"{parent}.{name}" if parent else name
        if name in found:
            first = found[name].key_line
            raise self._fault(
                event, f"the key stands twice, first on line {first}", "each key once", path
            )
        return name

    def _plain(self, event: events.Event, key: str) -> None:
        if isinstance(event, events.AliasEvent) or getattr(event, "anchor", None):
            raise self._fault(event, "an anchor or alias", "values written out", key)
        if getattr(event, "tag", None):
            raise self._fault(event, "a tag", "values without `!`", key)

    def _scalar(self, event: events.ScalarEvent, key: str) -> Scalar:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in {"", "~", "null"}:
            return None
        if text in {"true", "false"}:
            return text == "true"
        if len(text) > LONGEST_NUMBER and text.lstrip("+-").replace(".", "", 1).isdigit():
            raise self._fault(event, "a number too long", f"{LONGEST_NUMBER} digits", key)
        number = exact(text)
        return text if number is None else number

    def _fault(self, event: events.Event, problem: str, allowed: str, key: str = "") -> ConfigError:
        line, column = _mark(event)
        return ConfigError(
            problem,
            file=self.label,
            line=line,
            column=column,
            key=quoted(key).strip("'\"") if key else "",
            allowed=allowed,
            hint="rewrite the line",
        )
