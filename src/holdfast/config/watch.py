"""Notice that a profile was edited, and say what differs between two sets of settings.

Rules: a change counts once its digest was equal on two looks, so that a half-written file is never
taken up; it is told once; a file that vanished is a change too.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.knob import spell
from holdfast.config.settings import Settings

GONE = ""


class ProfileWatch:
    """Watch the files a profile was built from."""

    def __init__(self, files: Mapping[Path, str]) -> None:
        self._known = dict(files)
        self._seen = dict(files)

    def changed(self) -> bool:
        """Look once, and say whether a settled change is there that was not told yet."""
        now = {path: _digest(path) for path in self._known}
        settled = now == self._seen and now != self._known
        self._seen = now
        if settled:
            self._known = now
        return settled


def diff(old: Settings, new: Settings) -> dict[str, tuple[str, str]]:
    """List the settings that differ, old value and new."""
    before = {key: spell(value) for key, value in old}
    after = {key: spell(value) for key, value in new}
    return {key: (before[key], after[key]) for key in before if before[key] != after[key]}


def restart_keys(changes: Iterable[str]) -> tuple[str, ...]:
    """Name the changed settings that a running desk cannot take up."""
    return tuple(key for key in changes if CATALOGUE[key].effect != "hot")


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return GONE
