"""Read what a profile says instead of a secret: `secret://SCHEME/…`.

Rules: a reference names a source and says nothing of the value; what is not a reference may be a
secret pasted by mistake, so no message ever repeats it.

    secret://file/PATH             a file of its owner's alone; PATH is relative to the home,
                                   secret://file//PATH is absolute
    secret://env/NAME              a variable, taken out of the environment when it was read
    secret://prefect/BLOCK[/FIELD] a Secret block of the Prefect server
    secret://command/NAME          what a command of `secret_commands:` prints
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from holdfast.config.errors import ConfigError

Scheme = Literal["file", "env", "prefect", "command"]
PREFIX = "secret://"
ALLOWED = (
    "secret://file/PATH, secret://env/NAME, secret://prefect/BLOCK[/FIELD], secret://command/NAME"
)
NOT_ONE = "is not a reference to a secret"
COMMAND = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_SHAPES: Mapping[Scheme, tuple[re.Pattern[str], str]] = {
    "file": (re.compile(r"/?[A-Za-z0-9._@+-]+(?:/[A-Za-z0-9._@+-]+)*"), "a path of plain letters"),
    "env": (re.compile(r"[A-Z_][A-Z0-9_]{0,127}"), "a variable in capital letters"),
    "prefect": (
        re.compile(r"[a-z0-9][a-z0-9-]{0,127}(?:/[A-Za-z0-9_-]{1,64})?"),
        "the name of a block, then perhaps a field",
    ),
    "command": (COMMAND, "the name of a command in `secret_commands:`"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a profile says something, as an error tells it."""

    file: str = ""
    line: int = 0
    column: int = 0
    key: str = ""

    def fault(self, problem: str, *, allowed: str = "", hint: str = "") -> ConfigError:
        """Make the error that points here."""
        return ConfigError(
            problem,
            file=self.file,
            line=self.line,
            column=self.column,
            key=self.key,
            allowed=allowed,
            hint=hint or "correct the line",
        )


@dataclass(frozen=True, slots=True)
class Reference:
    """One secret a profile refers to: which source, what it is called there, and who asked."""

    scheme: Scheme
    name: str
    place: Place = field(default=Place(), compare=False)

    def __str__(self) -> str:
        return f"{PREFIX}{self.scheme}/{self.name}"

    @property
    def block(self) -> tuple[str, str]:
        """Name a Prefect block and the field in it, empty where the block is one value."""
        block, _, field = self.name.partition("/")
        return block, field


def parse_reference(text: object, place: Place = Place()) -> Reference:
    """Read one reference strictly; the error never shows the text."""
    if not isinstance(text, str) or not text.startswith(PREFIX):
        raise place.fault(
            NOT_ONE,
            allowed=ALLOWED,
            hint="put the secret where the reference says; one that stood in a file is revoked",
        )
    scheme, slash, name = text.removeprefix(PREFIX).partition("/")
    for known in get_args(Scheme):
        if scheme == known and slash:
            return Reference(known, _name(known, name, place), place)
    raise place.fault("names no known source of secrets", allowed=ALLOWED)


def _name(scheme: Scheme, name: str, place: Place) -> str:
    pattern, meant = _SHAPES[scheme]
    if not pattern.fullmatch(name) or ".." in name.split("/"):
        raise place.fault(f"does not fit: after {PREFIX}{scheme}/ comes {meant}", allowed=ALLOWED)
    return name


def patterns() -> dict[Scheme, str]:
    """Tell how the part after each scheme is written."""
    return {scheme: pattern.pattern for scheme, (pattern, _) in _SHAPES.items()}
