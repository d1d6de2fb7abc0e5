"""Say what reading a secret may need, and what a value must look like.

Rules: a value is stripped of the blanks around it, is not empty, short or binary, and is never shown;
whatever goes wrong is told at the line of the profile that asked.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from holdfast.clock import Clock
from holdfast.config.secrets.reference import Place
from holdfast.config.secrets.secret import Secret
from holdfast.redaction.forms import SHORTEST

LARGEST_BYTES = 16 * 1024
COMMAND_SECONDS = 10.0
SERVER_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where secrets are read from; `environ` loses what was read from it."""

    home: Path
    environ: MutableMapping[str, str]
    clock: Clock
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    command_seconds: float = COMMAND_SECONDS
    server_seconds: float = SERVER_SECONDS


def held(data: bytes, place: Place, source: str) -> Secret:
    """Hold what a source gave, or say what is wrong with it."""
    if len(data) > LARGEST_BYTES:
        raise place.fault(f"{source} gives more than a secret", allowed="16 KiB")
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise place.fault(f"{source} gives something that is not text", allowed="UTF-8") from None
    if not text:
        raise place.fault(f"{source} is empty", hint="put the secret there")
    if not all(sign.isprintable() or sign in "\r\n\t" for sign in text):
        raise place.fault(f"{source} gives a control character", allowed="printable text")
    if len(text) < SHORTEST:
        problem = f"{source} gives a value too short to be kept out of logs"
        raise place.fault(problem, allowed=f"at least {SHORTEST} characters")
    return Secret(text)
