"""Send through apprise; the only file that imports it.

Its own log lines name addresses, so they go nowhere; a failure is counted and logged by the outlet.
"""

import logging

import apprise

from holdfast.desk.notify.messages import Message

_KINDS = {
    "info": apprise.NotifyType.INFO,
    "warning": apprise.NotifyType.WARNING,
    "critical": apprise.NotifyType.FAILURE,
    "page": apprise.NotifyType.FAILURE,
}
_SILENCED = ("apprise", "urllib3.connectionpool")


class AppriseTarget:
    """One address of any kind apprise knows."""

    def __init__(self, address: str) -> None:
        for name in _SILENCED:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        made = apprise.Apprise.instantiate(address, suppress_exceptions=True)
        if made is None:
            raise ValueError("not an address that is known")
        self._way = made

    def deliver(self, message: Message) -> bool:
        """Send one; say whether it arrived."""
        kind = _KINDS["info"] if message.state != "began" else _KINDS[message.severity]
        return bool(self._way.notify(title=message.title, body=message.body, notify_type=kind))

    def __repr__(self) -> str:
        """Hide the address."""
        return "AppriseTarget(***)"
