"""Read the body of a request, strictly: one JSON object, no NaN, no key twice, of limited size."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from starlette.requests import Request

from holdfast.desk.control.verb_parameters import BadPayload

MOST_BYTES = 64 * 1024


async def read_object(request: Request) -> dict[str, Any]:
    """Read a body that must be a JSON object; an empty one is an empty object."""
    return parse_object(await _read_body(request))


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


async def _read_body(request: Request) -> bytes:
    too_long = BadPayload(f"the body is longer than {MOST_BYTES} bytes")
    stated = request.headers.get("content-length", "0")
    if stated.isdigit() and int(stated) > MOST_BYTES:
        raise too_long
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise too_long
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise BadPayload(f"{name} is not a finite number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadPayload("the body names a key twice")
    return found
