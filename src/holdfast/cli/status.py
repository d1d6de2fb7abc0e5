"""Look at a running desk: `status`, and `why SLOT`.

Exit codes: 0 ok, 2 usage, 5 no desk answers. With `--watch` it looks again every second until Ctrl-C.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from holdfast.cli.action import AsJson, Folder, Named, asked, desk_of, faults
from holdfast.clock import SystemClock

LOOK_SECONDS = 1.0
INTERRUPTED = 130
_KINDS = {"sticky": "sticky", "legacy": "cycling"}  # `slot_mode` keeps the name of the seeds
_LINES = (
    ("mode", ("mode", "pause_reason")),
    ("profile", ("profile", "env", "pair")),
    ("price", ("price", "price_age_sec")),
    ("tick", ("tick", "ledger_sequence", "orchestrator")),
    ("entry, profit %", ("entry_pct", "profit_pct")),
    ("net profit", ("total_profit", "total_round_trips")),
    ("unrealised", ("total_unrealized_profit",)),
    ("loss today", ("today_realized_loss",)),
)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command("status")(status)
    app.command("why")(why)


def status(
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="Look again every second.")] = False,
) -> None:
    """Show how the running desk stands: mode, money, and a line for each slot.

    Example: `holdfast status --profile paper --watch`
    """
    if watch and not as_json:
        _watch(profile, profiles)
        return
    with faults():
        answer = asked(desk_of(profile, profiles), "/api/status")
    if as_json:
        typer.echo(answer.content.decode())
    else:
        Console().print(page(answer.body))


def why(
    slot: Annotated[int, typer.Argument(metavar="SLOT", min=0, help="The slot's number.")],
    profile: Named = "paper",
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say why a slot stands as it does.

    Example: `holdfast why 3`
    """
    with faults():
        answer = asked(desk_of(profile, profiles), f"/api/why/{slot}")
    if as_json:
        typer.echo(answer.content.decode())
        return
    for sentence in answer.body.get("why", []):
        typer.echo(sentence)


def page(found: Mapping[str, Any]) -> RenderableType:
    """Lay a status out for people."""
    head = Table.grid(padding=(0, 2))
    for label, names in _LINES:
        values = [written(found.get(name)) for name in names]
        head.add_row(Text(label, style="dim"), Text("  ".join(value for value in values if value)))
    slots = Table("slot", "phase", "kind", "waits for", "orders", "cycles", "net", box=None)
    for row in found.get("slots", []):
        kind = "leaving" if row["draining"] else _KINDS[row["slot_mode"]]
        orders = len(row["open_orders"]) + len(row["recovery_orders"])
        blocks = [leg["block"] for leg in row["legs"].values() if leg["block"] != "none"]
        slots.add_row(
            str(row["slot_id"]),
            row["phase"],
            kind,
            ", ".join(dict.fromkeys(blocks)),
            str(orders),
            str(row["total_round_trips"]),
            written(row["total_profit"]),
        )
    return Group(head, Text(), slots)


def written(value: object) -> str:
    """Write a figure without more digits than people read."""
    if isinstance(value, bool) or not isinstance(value, float | Decimal):
        return "" if value is None else str(value)
    try:
        return f"{Decimal(str(value)).quantize(Decimal('1E-6')).normalize():f}"
    except InvalidOperation:
        return str(value)


def _watch(profile: str, profiles: Path | None) -> None:
    clock = SystemClock()
    with faults():
        desk = desk_of(profile, profiles)
        try:
            with Live(page(asked(desk, "/api/status").body), auto_refresh=False) as live:
                while True:
                    clock.sleep(LOOK_SECONDS)
                    live.update(page(asked(desk, "/api/status").body), refresh=True)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
