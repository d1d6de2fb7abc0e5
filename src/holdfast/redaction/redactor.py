"""Keep secrets out of every text that leaves the desk: logs, errors, notes of the ledger, answers.

Rules: a secret is known by its exact value in every form it is commonly written in; what only looks
like one is known by its shape. What is taken out becomes `***` and is counted; no value is told.
"""

import re
import threading
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from holdfast.redaction.forms import SHORTEST, patterns_of
from holdfast.redaction.shapes import MASK, SHAPES

NAMES = frozenset(
    {"authorization", "api-key", "api-sign", "x-signature", "apikey", "api-secret", "apisecret"}
    | {"token", "secret", "password", "passwd", "otp", "private-key", "privatekey"}
)
Record = TypeVar("Record", bound=msgspec.Struct)


class Redactor:
    """All secrets this process has seen, and how often one was taken out of a text."""

    def __init__(self) -> None:
        self._guard = threading.RLock()  # a signal handler may log while this thread holds it
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._total = 0

    @property
    def total(self) -> int:
        """Say how many secrets were taken out so far."""
        return self._total

    def register(self, value: str) -> None:
        """Know a value from now on, in all its forms; one too short to tell apart is left out."""
        if len(value) < SHORTEST:
            return
        with self._guard:
            self._known |= frozenset(patterns_of(value))
            whole_first = sorted(self._known, key=lambda one: (one.endswith("*"), -len(one), one))
            self._pattern = re.compile("|".join(whole_first))

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        found = 0
        if self._pattern is not None:
            text, found = self._pattern.subn(MASK, text)
        for pattern, put in SHAPES:
            text, more = _replaced(pattern, put, text)
            found += more
        if found:
            with self._guard:
                self._total += found
        return text

    def clean(self, value: object) -> object:
        """Return a value without secrets: texts within mappings, lists and our own records too."""
        if isinstance(value, str):
            return self.text(str(value))
        if isinstance(value, bytes):
            return self._clean_bytes(value)
        if isinstance(value, Mapping):
            return self.fields(value)
        if isinstance(value, tuple) and type(value) is tuple:
            return tuple(self.clean(each) for each in value)
        if isinstance(value, list):
            return [self.clean(each) for each in value]
        if isinstance(value, msgspec.Struct):
            return self.note(value)
        return value

    def fields(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return a mapping without secrets; what a telling name holds goes whole."""
        return {self.text(str(key)): self._field(key, each) for key, each in values.items()}

    def note(self, note: Record) -> Record:
        """Return a record (a note on its way to the ledger) with every text in it cleaned."""
        before = {name: getattr(note, name) for name in note.__struct_fields__}
        after = {name: self.clean(value) for name, value in before.items()}
        return note if after == before else msgspec.structs.replace(note, **after)

    def _clean_bytes(self, value: bytes) -> bytes:
        text = value.decode("latin-1")
        cleaned = self.text(text)
        return value if cleaned == text else cleaned.encode("latin-1", "replace")

    def _field(self, key: object, value: object) -> object:
        named = isinstance(key, str) and key.lower().replace("_", "-") in NAMES
        if named and isinstance(value, str | bytes) and value and not _is_harmless(value):
            with self._guard:
                self._total += 1
            return MASK
        return self.clean(value)


def _replaced(pattern: re.Pattern[str], put: str, text: str) -> tuple[str, int]:
    changed = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal changed
        told = match.expand(put)
        changed += told != match.group()
        return told

    return pattern.sub(replace, text), changed


def _is_harmless(value: str | bytes) -> bool:
    return value == MASK or (isinstance(value, str) and value.startswith("secret://"))


REDACTOR = Redactor()
