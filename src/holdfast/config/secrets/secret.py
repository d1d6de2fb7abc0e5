"""Hold a secret so that nothing shows it by accident.

Rules: as text it is `***`, whoever looks: repr, format, json, pickle, pydantic, a traceback. The value
is had by `reveal` alone, where a request is signed. Making one tells the redactor; two are compared
in constant time; people tell secrets apart by their fingerprint.
"""

import hashlib
import hmac
from typing import Any, NoReturn, Self, SupportsIndex

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from holdfast.redaction.redactor import REDACTOR
from holdfast.redaction.shapes import MASK

FINGERPRINT_DIGITS = 8


class Secret(str):
    """A value nobody may see; the text of it is `***`."""

    __slots__ = ("_value",)
    _value: str

    def __new__(cls, value: str) -> Self:
        """Hold a value, and let it be taken out of every log from now on."""
        held = super().__new__(cls, MASK)
        object.__setattr__(held, "_value", value)
        REDACTOR.register(value)
        return held

    def reveal(self) -> str:
        """Return the value; only code that signs, or speaks to the far side, calls this."""
        return self._value

    @property
    def fingerprint(self) -> str:
        """Name the secret by the first 8 digits of its SHA-256."""
        return fingerprint_of(self._value)

    def matches(self, given: str) -> bool:
        """Say whether a text is the value, in a time that does not depend on where they differ."""
        return hmac.compare_digest(self._value.encode(), given.encode())

    def __eq__(self, other: object) -> bool:
        """Say whether two secrets are one; a plain text never equals a secret."""
        return isinstance(other, Secret) and self.matches(other._value)

    def __ne__(self, other: object) -> bool:
        """Say whether two secrets differ."""
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        """Show nothing."""
        return f"Secret('{MASK}')"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuse to be changed."""
        raise AttributeError(f"a secret is not changed: {name}")

    def __copy__(self) -> Self:
        """Return itself: it does not change."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return itself: it does not change."""
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[type[str], tuple[str]]:
        """Leave the process as a plain `***`."""
        return (str, (MASK,))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let a model hold one, take nothing but one, and dump `***`."""
        return core_schema.is_instance_schema(
            cls, serialization=core_schema.plain_serializer_function_ser_schema(lambda _: MASK)
        )


def fingerprint_of(value: str) -> str:
    """Name a value by the first 8 digits of its SHA-256."""
    return hashlib.sha256(value.encode()).hexdigest()[:FINGERPRINT_DIGITS]
