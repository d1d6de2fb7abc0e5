"""Say whom a check may ask over HTTP: the desk, the dashboard, this machine, or a host that is named.

Rules: only GET and HEAD, a check changes nothing; `{{desk}}` and `{{dashboard}}` stand for what runs
here; any other address is whole, without a password, and its host is this machine or listed.
"""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

SERVICES = ("desk", "dashboard")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_FORM = re.compile(r"(GET|HEAD) (?:\{\{([a-z]+)\}\}(/\S*)|(https?://\S+))", re.ASCII)


class Target(NamedTuple):
    """One request: to a service of ours by path, or to a whole address."""

    method: str
    service: str
    path: str

    @property
    def host(self) -> str:
        """Return the host of a whole address, and nothing for a service."""
        return "" if self.service else urlsplit(self.path).hostname or ""


def parse_target(text: str) -> Target:
    """Take `GET {{desk}}/path` or `GET http://host/path` apart; raise ValueError with a sentence."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError("must be GET or HEAD and {{desk}}/path, {{dashboard}}/path or an address")
    method, service, path, address = found.groups()
    if address is None:
        if service not in SERVICES:
            raise ValueError(f"knows no {{{{{service}}}}}; there are {', '.join(SERVICES)}")
        return Target(method, service, path)
    parts = urlsplit(address)  # raises ValueError itself for a broken address
    if not parts.hostname or "@" in parts.netloc or parts.port == 0:
        raise ValueError("must name a host, a good port and no user")
    return Target(method, "", address)
