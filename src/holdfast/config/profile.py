"""A loaded profile: frozen settings, where each value came from, and what to warn about.

Rules: a profile is whole or it does not exist; nothing in it changes; its digest says whether two
profiles would trade alike.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from holdfast.config.knob import spell
from holdfast.config.secrets.reference import Reference
from holdfast.config.settings import Settings

Layer = Literal["default", "parent", "stage", "profile", "implied", "environment", "command line"]
Env = Literal["paper", "staging", "live"]


@dataclass(frozen=True, slots=True)
class Origin:
    """One layer that touched a value: which, where, and what it said."""

    layer: Layer
    value: str
    file: str = ""
    line: int = 0
    column: int = 0
    name: str = ""

    @property
    def where(self) -> str:
        """Say where this layer spoke, as a reader would look it up."""
        if self.file:
            return f"{self.file}:{self.line}"
        return f"{self.layer} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of a value from outside that could not be taken as it was."""

    source: str
    key: str
    problem: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}; {self.outcome}"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything one desk is started with."""

    name: str
    path: Path
    runtime: str
    env: Env
    venue: str
    symbol: str
    settings: Settings
    origins: Mapping[str, tuple[Origin, ...]]
    rollout: Mapping[str, str]
    warnings: tuple[Notice, ...]
    files: Mapping[Path, str]
    secrets: Mapping[str, Reference] = field(default_factory=dict)
    secret_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed_accounts: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Name what this profile trades by: settings, venue and symbol."""
        return digest_of(self.settings, self.venue, self.symbol)


def digest_of(settings: Settings, venue: str, symbol: str) -> str:
    """Hash the canonical JSON of settings, venue and symbol."""
    values = {name: spell(value) for name, value in settings}
    whole = {"settings": values, "symbol": symbol, "venue": venue}
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
