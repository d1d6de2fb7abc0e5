"""Say who may send signals, in whose name, and by which secret.

A source is bound to its principal here and nowhere else: no signal can say whom it speaks for. Without
a source, or with one whose secret is missing or short, there is no listener.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from holdfast.config.errors import ConfigError
from holdfast.config.settings import Settings

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
PRINCIPAL = re.compile(r"[a-z0-9][a-z0-9:._-]{0,63}")
SHORTEST_SECRET = 16
KEY = "settings.signal_sources"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who sends signals; the secret is never shown."""

    name: str
    principal: str
    secret: bytes

    def __repr__(self) -> str:
        """Show everything but the secret."""
        return f"Source(name={self.name!r}, principal={self.principal!r})"


class ListenerPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say about the listener."""

    port: int
    may_open: bool
    sources: Mapping[str, Source]


def plan_of(settings: Settings, secret_of: Callable[[str], bytes | None]) -> ListenerPlan | None:
    """Read the plan of a listener, asking for each source's secret; None where none is wanted."""
    if not settings.signals_enabled:
        return None
    named = read_sources(settings.signal_sources or "")
    found = {
        name: Source(name=name, principal=principal, secret=secret_of(name) or b"")
        for name, principal in named.items()
    }
    check(found)
    return ListenerPlan(
        port=settings.signals_port, may_open=settings.signals_may_open, sources=found
    )


def read_sources(text: str) -> dict[str, str]:
    """Take `source=principal, …` apart."""
    found: dict[str, str] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, sign, principal = (part.strip() for part in word.partition("="))
        if not (sign and NAME.fullmatch(name) and PRINCIPAL.fullmatch(principal)):
            raise ConfigError(
                f"{word!r} is not a source and its principal",
                key=KEY,
                allowed="source=principal, separated by commas, in lower case",
            )
        if name in found:
            raise ConfigError(f"source {name} is there twice", key=KEY)
        found[name] = principal
    return found


def check(sources: Mapping[str, Source]) -> None:
    """Refuse a listener that could not tell who speaks."""
    if not sources:
        raise ConfigError(
            "signals are enabled and nobody may send any",
            key=KEY,
            hint="name a source, or set signals_enabled: false",
        )
    for source in sources.values():
        if len(source.secret) < SHORTEST_SECRET:
            problem = f"the secret of source {source.name} is missing or too short"
            raise ConfigError(
                problem,
                key=KEY,
                allowed=f"at least {SHORTEST_SECRET} bytes",
                hint="give it a secret, or take the source out",
            )
