"""Describe the keys of a profile that speak of secrets, for the JSON Schema editors check with."""

from typing import Any

from holdfast.config.secrets.block import (
    FINGERPRINT,
    LONGEST_WORD,
    MOST_WORDS,
    NAMES,
    SIGNAL,
    SIGNAL_MEANING,
)
from holdfast.config.secrets.reference import COMMAND, PREFIX, patterns

Shape = dict[str, Any]


def key_shapes() -> dict[str, Shape]:
    """Make the shapes of `secrets`, `secret_commands` and `allowed_accounts`."""
    word = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    return {
        "secrets": _mapping(
            properties={
                name: {"description": meaning} | _reference() for name, meaning in NAMES.items()
            },
            patternProperties={
                f"^{SIGNAL.pattern}$": {"description": SIGNAL_MEANING} | _reference()
            },
            additionalProperties=False,
        ),
        "secret_commands": _mapping(
            propertyNames={"pattern": f"^{COMMAND.pattern}$"},
            additionalProperties={
                "type": "array",
                "items": word,
                "minItems": 1,
                "maxItems": MOST_WORDS,
            },
        ),
        "allowed_accounts": {
            "type": ["array", "null"],
            "items": {"type": "string", "pattern": f"^{FINGERPRINT.pattern}$"},
        },
    }


def _mapping(**more: object) -> Shape:
    return {"type": ["object", "null"], **more}


def _reference() -> Shape:
    shapes = "|".join(f"{scheme}/(?:{pattern})" for scheme, pattern in patterns().items())
    return {"type": "string", "pattern": f"^{PREFIX}(?:{shapes})$"}
