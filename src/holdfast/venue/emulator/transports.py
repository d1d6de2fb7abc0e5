"""Know the connection under a request, so that it can be closed without an answer."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]
_OPEN: dict[Address, asyncio.Transport] = {}


class KnownProtocol(H11Protocol):
    """HTTP/1.1 as the server speaks it, with its connections findable by the client's address."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember a connection."""
        super().connection_made(transport)
        if self.client is not None:
            _OPEN[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        if self.client is not None:
            _OPEN.pop(self.client, None)
        super().connection_lost(exc)


class Nothing(Response):
    """No answer at all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the connection's end."""
        del scope, send
        while (await receive())["type"] != "http.disconnect":
            continue


async def hang_up(request: Request) -> Response:
    """Close the connection of a request."""
    client = request.client
    transport = _OPEN.get((client.host, client.port)) if client else None
    if transport is not None:
        transport.abort()
    return Nothing()
