"""List the ways a value may be written: escaped, in an address, in base64, in hexadecimal, cut off."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 8
LONG = 32  # a value this long is also known when it was cut off after LEADING characters
LEADING = 16


def forms_of(value: str) -> Iterator[str]:
    """List the ways a value may be written: plain, escaped, in an address, in base64, in hex."""
    found = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    found |= {repr(value)[1:-1], quote(value, safe=""), quote(value), quote_plus(value)}
    found |= {
        form.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d") for form in found
    }
    found |= {line.strip() for line in value.splitlines() if len(line.strip()) >= LEADING}
    data = value.encode()
    found |= {data.hex(), data.hex().upper()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        found |= set(_within_base64(data, encode))
    return (form for form in found if len(form) >= SHORTEST)


def _within_base64(data: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    # Within a longer text the value may begin at any of three places; what its neighbours colour is cut.
    for shift in range(3):
        whole = encode(b"\0" * shift + data).decode()
        first = (shift * 8 + 5) // 6
        last = (shift + len(data)) * 8 // 6
        yield whole[first:last]
        if not shift:
            yield whole


def patterns_of(value: str) -> Iterator[str]:
    # A log line may end in the middle of a value; an address begins like many others and is left whole.
    cut = "://" not in value
    for form in forms_of(value):
        yield re.escape(form)
        if cut and len(form) >= LONG:
            yield f"{re.escape(form[:LEADING])}[A-Za-z0-9+/=_%.-]*"
