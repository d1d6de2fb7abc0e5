"""Run drills from the command line: `drill ID…`, `drill all`, `drill list`.

Exit codes: 0 every drill passed (or, with `all`, was skipped by name), 2 what was asked is wrong,
3 a drill did not pass, 4 a drill that was named was skipped. The table goes to stdout.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from holdfast.cli.action import AsJson, Folder
from holdfast.clock import SystemClock
from holdfast.config.errors import ConfigError
from holdfast.rollout.drills.load import LoadedDrill
from holdfast.rollout.drills.report import as_json as json_of
from holdfast.rollout.drills.results import DrillResult
from holdfast.rollout.verdicts import Verdict
from holdfast.wiring.drills.run import every_drill, run_drill
from holdfast.wiring.drills.together import run_together

NOT_PASSED, SKIPPED = 3, 4
ALL, LIST = "all", "list"
_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.ERROR: "red"}


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("drill")(drill)


def drill(
    names: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Ids as D6; `all`; `list` names them.")
    ],
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=8, help="How many at a time.")] = 1,
    profiles: Folder = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Break something on purpose on the emulated exchange, and say whether the desk did right.

    A drill has a folder of its own under var/drills/ and touches no other desk.

    Example: `holdfast drill D6`
    """
    known = every_drill(profiles)
    if names == [LIST]:
        _list(known, as_json=as_json)
        return
    wanted = [one.drill.drill for one in known] if names == [ALL] else names
    if len(set(wanted)) != len(wanted):
        raise ConfigError("a drill is named twice", key="ID", hint="name each once")
    if len(wanted) == 1:
        results = [run_drill(wanted[0], SystemClock(), profiles)]
    else:
        _refuse_unknown(wanted, known)
        results = run_together(wanted, jobs, profiles, _told)
    if as_json:
        typer.echo(json_of(results), nl=False)
    else:
        Console().print(page(results))
    raise typer.Exit(exit_code(results, every=names == [ALL]))


def exit_code(results: Sequence[DrillResult], *, every: bool) -> int:
    """Say which exit code a set of drills has."""
    ran = [one for one in results if not one.skipped]
    if any(one.verdict is not Verdict.PASS for one in ran) or not results:
        return NOT_PASSED
    return 0 if (every and ran) or len(ran) == len(results) else SKIPPED


def page(results: Sequence[DrillResult]) -> RenderableType:
    """Lay drills out for people: a line a drill, and every finding that is no pass."""
    table = Table("drill", "title", "verdict", "limit", "market s", "s", "evidence", box=None)
    for one in results:
        verdict = Text("skipped", style="yellow") if one.skipped else _shown(one.verdict)
        market, machine = f"{one.market_seconds:.0f}", f"{one.seconds:.1f}"
        where = one.artefact_sha[:12]
        table.add_row(one.drill, one.title, verdict, one.limit, market, machine, where)
    alone = len(results) == 1
    lines: list[RenderableType] = [table]
    for one in results:
        if one.skipped:
            lines.append(Text(f"{one.drill} was skipped: {one.skipped}"))
        for found in one.findings:
            if not one.skipped and (alone or found.verdict is not Verdict.PASS):
                told = f": {found.expected}; seen: {found.observed}"
                name = f"{one.drill} {found.name} "
                lines.append(Text.assemble(name, _shown(found.verdict), told, overflow="fold"))
    return Group(*lines)


def _list(known: Sequence[LoadedDrill], *, as_json: bool) -> None:
    if as_json:
        rows = [one.drill.model_dump(mode="json") for one in known]
        typer.echo(msgspec.json.encode(rows).decode())
        return
    table = Table("drill", "title", "injected", "limit", box=None)
    for one in known:
        limit = one.drill.limit
        told = "" if limit is None else f"{limit.seconds} s {limit.clock}"
        table.add_row(one.drill.drill, one.drill.title, one.drill.inject, told)
    Console().print(table)


def _refuse_unknown(wanted: Sequence[str], known: Sequence[LoadedDrill]) -> None:
    names = {one.drill.drill for one in known}
    strange = [one for one in wanted if one.upper() not in names]
    if strange:
        raise ConfigError(
            "no such drill", key=strange[0], allowed=", ".join(sorted(names)), hint="name one"
        )


def _told(result: DrillResult) -> None:
    if sys.stderr.isatty():
        typer.echo(f"{result.drill} {result.skipped or result.verdict}", err=True)


def _shown(verdict: Verdict) -> Text:
    return Text(verdict.value, style=_STYLES.get(verdict, "yellow"))
