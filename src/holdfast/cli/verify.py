"""Verify a deployment from the command line: `verify RUNBOOK`.

Exit codes: 0 everything passed, 1 the report could not be written, 2 the runbook or what was
asked is wrong, 3 something did not pass, 5 no desk answered, 130 it was interrupted. The table goes to
stdout, progress to stderr.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from holdfast.cli.action import AsJson, Folder, Named
from holdfast.cli.interrupts import first_press
from holdfast.clock import SystemClock
from holdfast.config.errors import ConfigError
from holdfast.rollout.runbook.report import as_json as json_of
from holdfast.rollout.runbook.report import markdown
from holdfast.rollout.runbook.results import RunResult
from holdfast.rollout.runbook.run import Tell, explain, plan
from holdfast.rollout.runbook.stopping import Stop
from holdfast.rollout.verdicts import Verdict
from holdfast.wiring.verifying import VerifyOptions, read_runbook
from holdfast.wiring.verifying import verify as run

UNDELIVERED, NOT_PASSED, ABSENT, INTERRUPTED = 1, 3, 5, 130
_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.ERROR: "red"}


def register(app: typer.Typer) -> None:
    """Add the command to an application."""
    app.command("verify")(verify)


def verify(
    runbook: Annotated[
        str, typer.Argument(metavar="RUNBOOK", help="A runbook of profiles/runbooks, or a file.")
    ],
    profile: Named = "paper",
    profiles: Folder = None,
    since: Annotated[
        str, typer.Option("--since", help="When it was deployed, UTC; default: the last stop.")
    ] = "",
    resume: Annotated[
        str, typer.Option("--resume", metavar="RUN", help="Go on with an earlier run.")
    ] = "",
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the report as Markdown, too.")
    ] = None,
    *,
    told: Annotated[
        bool, typer.Option("--explain", help="Say what would be looked at, and look at nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a runbook against a desk, keep the evidence, and say what passed.

    Example: `holdfast verify immediate --profile paper --report verified.md`
    """
    options = VerifyOptions(
        runbook=runbook, profile=profile, profiles=profiles, since=since, resume=resume
    )
    book = read_runbook(options).book
    if told:
        typer.echo("\n".join(explain(book)))
        return
    if report is not None and not report.absolute().parent.is_dir():
        raise ConfigError(
            "no such folder", file=str(report), key="--report", hint="name a folder that is there"
        )
    stop = Stop()
    with first_press(stop.ask), _bar(len(plan(book))) as tell:
        result = run(options, SystemClock(), tell, stop)
    if as_json:
        typer.echo(json_of(result).decode(), nl=False)
    else:
        Console().print(page(result))
    if report is not None:
        _write(report, markdown(result))
    raise typer.Exit(INTERRUPTED if stop.asked else exit_code(result))


def exit_code(result: RunResult) -> int:
    """Say which exit code a run has."""
    if result.verdict is Verdict.PASS:
        return 0
    return NOT_PASSED if result.desk_answered else ABSENT


def page(result: RunResult) -> RenderableType:
    """Lay a run out for people: a line a step, a verdict a phase."""
    table = Table("phase", "step", "verdict", "observed", "s", box=None)
    for phase in result.phases:
        table.add_row(Text(phase.title or phase.phase, style="bold"), "", _shown(phase.verdict))
        for step in phase.steps:
            seconds = "kept" if step.resumed else f"{step.seconds:.1f}"
            observed = Text(step.observed, overflow="fold")
            table.add_row("", step.step, _shown(step.verdict), observed, seconds)
    whole = Text.assemble(f"{result.runbook}: ", _shown(result.verdict), f"; run {result.run}")
    return Group(table, Text(), whole, Text(f"evidence is in {result.evidence_in}"))


def _write(report: Path, text: str) -> None:
    try:
        report.write_text(text, encoding="utf-8")
    except OSError as error:
        typer.echo(f"the report cannot be written to {report}: {error.strerror}", err=True)
        raise typer.Exit(UNDELIVERED) from None


def _shown(verdict: Verdict) -> Text:
    return Text(verdict.value, style=_STYLES.get(verdict, "yellow"))


@contextmanager
def _bar(steps: int) -> Iterator[Tell]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task("verify", total=steps)
        yield lambda step: bar.update(task, description=step.step, advance=1)
