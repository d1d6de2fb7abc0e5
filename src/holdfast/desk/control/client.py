"""Speak to a running desk's control API from another process of this machine.

The token goes to a loopback address only, and never through a proxy.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from holdfast.domain.errors import HoldfastError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PATIENCE_SECONDS = 15.0


class DeskAbsent(HoldfastError):
    """No desk runs here, or it does not answer."""


class _Address(msgspec.Struct, frozen=True):
    url: str
    token: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk answered; `body` is empty where it was not an object."""

    code: int
    content: bytes
    body: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Say whether it was done."""
        return self.code == httpx.codes.OK

    @property
    def message(self) -> str:
        """Return its sentence."""
        return str(self.body.get("message") or f"the desk answered {self.code}")


class ControlClient:
    """One desk, found by the `control.json` of its runtime."""

    def __init__(self, control: Path, principal: str = "cli") -> None:
        self._address = _read(control)
        self._principal = principal

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self._call("GET", path, None)

    def action(self, command: Mapping[str, Any]) -> Answer:
        """Ask for something to be done."""
        return self._call("POST", "/api/action", command)

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send something to be kept."""
        return self._call("POST", path, body)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._address.token}",
            "X-Holdfast-Principal": self._principal,
        }
        url = f"{self._address.url.rstrip('/')}{path}"
        try:
            with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as client:
                answer = client.request(method, url, json=body, headers=headers)
        except httpx.TimeoutException:
            raise DeskAbsent("the desk does not answer in time; look at its status") from None
        except httpx.HTTPError:
            raise DeskAbsent("the desk does not answer; it is starting, or was killed") from None
        return Answer(code=answer.status_code, content=answer.content, body=_object(answer.content))


def _read(control: Path) -> _Address:
    try:
        address = msgspec.json.decode(control.read_bytes(), type=_Address)
    except OSError:
        raise DeskAbsent(f"no desk runs on runtime {control.parent.name}") from None
    except msgspec.MsgspecError:
        raise DeskAbsent(f"control.json of runtime {control.parent.name} cannot be read") from None
    parts = urlsplit(address.url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise DeskAbsent("control.json names another machine; nothing is sent there")
    return address


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(content)
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}
