"""Read what status.json says about the execution mode and the way to the exchange.

A desk on paper says `ready: false` there, and a desk of an older build says nothing at all.
"""

from collections.abc import Mapping
from typing import Any

from dashboards import standing

PAPER = "This desk trades on paper: no order leaves this machine, and no execution mode is needed."
SILENT = "This desk does not tell its execution mode or its way to an exchange; its build is older."


def execution(status: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the block of the execution mode, empty where there is none."""
    return _ready(status, "execution")


def exchange(status: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the block of the way to the exchange, empty where there is none."""
    return _ready(status, "exchange")


def why_not(status: Mapping[str, Any]) -> str:
    """Say why there is no such block."""
    told = status.get("execution") is not None or status.get("exchange") is not None
    return PAPER if told or status.get("paper") is True or status.get("env") == "paper" else SILENT


def unknowns(status: Mapping[str, Any]) -> int | None:
    """Count the requests whose outcome is not known; None on paper."""
    return standing.whole(exchange(status).get("unknown"))


def _ready(status: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    block = standing.mapping(status.get(name))
    return block if block.get("ready") is True else {}
