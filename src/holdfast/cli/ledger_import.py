"""Bring the saved state of the earlier bot into a ledger: `ledger import`."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from holdfast.clock import SystemClock
from holdfast.ledger.earlier.summary import SlotLine, Summary


def import_state(
    path: Path, profile: str, profiles: Path | None, *, plan: bool, as_json: bool
) -> None:
    """Import a file, or plan it, and print what was or would be brought in."""
    # Imported where it is used: a venue costs the other commands of the group time.
    from holdfast.wiring.importing import bring_in  # noqa: PLC0415

    summary = bring_in(path, profile, profiles, SystemClock(), plan=plan)
    if as_json:
        typer.echo(msgspec.json.encode(summary).decode())
        return
    for line in (*told(summary), *map(_of_slot, summary.slots)):
        typer.echo(line)


def told(summary: Summary) -> list[str]:
    """Say an import in sentences."""
    verb = "would bring" if summary.planned else "brought"
    if summary.already:
        more = f"{verb} in {summary.positions} positions it lacked"
        what = more if summary.positions else "nothing to add"
        return [f"{summary.file} is in the ledger of {summary.runtime} already: {what}"]
    size = f"{len(summary.slots)} slots, {summary.orders} orders, {summary.positions} positions"
    earned = f"net {summary.net:f} in {summary.round_trips} round trips, fees {summary.fees:f}"
    lines = [f"{verb} in {size} at a cost of {summary.cost:f}; {earned}"]
    if not summary.planned:
        lines.append(f"{summary.sent} orders rest at the paper venue")
    lines += _remarks(summary)
    if summary.backup:
        lines.append(f"the ledger was copied to backups/{summary.backup} before")
    return lines


def _remarks(summary: Summary) -> list[str]:
    anew = "the desk places them anew when it starts"
    back = "the market begins before the state was saved: all times move back by"
    found = (
        (len(summary.crossing), f"orders lie beyond the market's first price, not sent: {anew}"),
        (len(summary.refused), f"orders were refused by the venue: {anew}"),
        (summary.unsent, "exits never left: the desk places them"),
        (summary.estimated, "exits have no recorded cost: it is taken as price times size"),
    )
    lines = [f"{count} {text}" for count, text in found if count]
    if summary.moved_back:
        lines.append(f"{back} {summary.moved_back} s")
    if not summary.pair_named:
        lines.append("the file names no pair: it is taken for the profile's")
    if summary.left_behind:
        lines.append(f"left behind: {', '.join(summary.left_behind)}")
    return lines


def _of_slot(line: SlotLine) -> str:
    kind = "sticky" if line.sticky else "cycling"
    resting = f"{line.entries} entries, {line.exits} exits, {line.recoveries} recoveries"
    return (
        f"slot {line.slot}: {kind}, {line.phase}, cycles A {line.cycle_a} B {line.cycle_b}; {resting}, "
        f"cost {line.cost:f}; net {line.net:f} in {line.round_trips} round trips"
    )


Planned = Annotated[bool, typer.Option("--plan", help="Say what would be written; write nothing.")]
State = Annotated[Path, typer.Argument(metavar="STATE", help="A saved state, JSON.")]
