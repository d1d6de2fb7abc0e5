"""Read the parameters of a request: form or JSON, text, numbers and truth values.

Rules: what cannot be read is refused by its name; amounts are exact and finite; a truth value is
written in any of the ways clients write it.
"""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl

import msgspec

from holdfast.domain.market import SECOND
from holdfast.venue.emulator.refusals import ARGUMENTS, Refused, argument

Given = dict[str, object]
TRUE, FALSE = frozenset({"true", "1"}), frozenset({"false", "0", ""})
LONGEST = 64
LARGEST, FINEST = Decimal(10) ** 20, Decimal(10) ** -20


class Params:
    """The parameters of one request."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def text(self, name: str, default: str = "") -> str:
        """Read a word."""
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, dict | list):
            raise argument(name)
        return str(value)

    def words(self, name: str) -> list[str]:
        """Read a list, given as one or separated by commas."""
        value = self.given.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [word for word in self.text(name).split(",") if word]

    def truth(self, name: str) -> bool:
        """Read a truth value."""
        word = self.text(name).lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise argument(name)

    def amount(self, name: str) -> Decimal | None:
        """Read an exact amount, None where none is given."""
        word = self.text(name)
        if not word:
            return None
        try:
            number = Decimal(word) if len(word) <= LONGEST else Decimal("NaN")
        except InvalidOperation:
            raise argument(name) from None
        if not number.is_finite() or abs(number) >= LARGEST or number % FINEST:
            raise argument(name)
        return number

    def above_zero(self, name: str) -> Decimal:
        """Read an amount that must be there and above zero."""
        number = self.amount(name)
        if number is None or number <= 0:
            raise argument(name)
        return number

    def whole(self, name: str, default: int = 0) -> int:
        """Read a whole number."""
        number = self.amount(name)
        if number is None:
            return default
        if number != int(number):
            raise argument(name)
        return int(number)

    def rows(self, name: str) -> list["Params"]:
        """Read a list of groups of parameters."""
        value = self.given.get(name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise argument(name)
        return [Params(one) for one in value]

    def moment(self, name: str) -> int | None:
        """Read an RFC 3339 time as microseconds, None where none is given."""
        word = self.text(name)
        if not word:
            return None
        try:
            at = datetime.fromisoformat(word)
            if at.tzinfo is None:
                raise argument(name)
            return round(at.timestamp() * SECOND)
        except (ValueError, OverflowError):
            raise argument(name) from None


def read_body(body: bytes, kind: str) -> Given:
    """Read a request's body by its content type."""
    if "json" in kind:
        try:
            found = msgspec.json.decode(body or b"{}", type=dict[str, object])
        except msgspec.MsgspecError:
            raise Refused(ARGUMENTS) from None
        return found
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise Refused(ARGUMENTS) from None
