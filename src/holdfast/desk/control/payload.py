"""Read the body of a request, strictly: one JSON object, no NaN, no key twice, of limited size."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from starlette.requests import Request

from holdfast.desk.control.verb_parameters import BadPayload

MOST_BYTES = 64 * 1024
DIGITS = 12  # more digits than any length has


class TooLong(BadPayload):
    """A body is longer than any we take."""


async def read_object(request: Request) -> dict[str, Any]:
    """Read a body that must be a JSON object; an empty one is an empty object."""
    return parse_object(await read_body(request))


def parse_object(body: bytes) -> dict[str, Any]:
    """Turn bytes into an object; fractions become exact decimals."""
    if not body.strip():
        return {}
    try:
        found = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique,
        )
    except BadPayload:
        raise
    except (ValueError, RecursionError):
        raise BadPayload("the body is not JSON") from None
    if not isinstance(found, dict):
        raise BadPayload("the body is not a JSON object")
    return found


async def read_body(request: Request, most: int = MOST_BYTES) -> bytes:
    """Read a body as it came, at most so many bytes of it; raise TooLong."""
    too_long = TooLong(f"the body is longer than {most} bytes")
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and (len(stated) > DIGITS or int(stated) > most):
        raise too_long
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise too_long
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise BadPayload(f"{name} is not a finite number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadPayload("the body names a key twice")
    return found
