"""Serve the signal endpoint from a thread of the desk process, on this machine only.

The port is fixed, since those who send know it; a taken one is refused, never passed over.
"""

from holdfast.config.errors import ConfigError
from holdfast.desk.control.app_thread import AppThread
from holdfast.desk.control.server import HOST, listen
from holdfast.desk.listener.app import ListenerParts, create_listener


class SignalServer:
    """The endpoint, from `start` to `stop`."""

    def __init__(self, parts: ListenerParts) -> None:
        self._app = create_listener(parts)
        self._thread = AppThread("signals", parts.clock)

    def start(self, port: int) -> str:
        """Listen, and say where; port 0 takes any free one."""
        try:
            listener = listen(port)
        except OSError:
            raise ConfigError(
                f"port {port} is taken", key="settings.signals_port", hint="choose another port"
            ) from None
        return f"http://{HOST}:{self._thread.start(self._app, listener)}"

    def stop(self) -> None:
        """Stop listening; does nothing twice."""
        self._thread.stop()
