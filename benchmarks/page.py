"""Write a report as the page docs/benchmarks.md and as JSON.

Rules: the page is generated whole; it says what is not measured and why; it names no path and no person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from benchmarks.report import Comparison, Engine, Report, Setting
from benchmarks.rounds import Spread

HEAD = """\
# Benchmarks

Written by `python -m benchmarks.run`; edit nothing here. Absolute figures belong to the machine they were
measured on; the ratios are what is held to a bar.
"""

METHOD = """\
## How it is measured

- Every engine gets the same candles and the same grid: two legs a slot, entries 0.2 % from the price plus
  0.05 % a slot, exits 1 % away, a maker fee of 0.25 %. The candles come from one seed: a log price pulled back
  to its mean, with noise and rare jumps.
- Ours runs before and after every peer. A ratio is the mean of those two runs over the peer's run, and the
  table gives the median over the rounds, the least and the most.
- Every run is a fresh process. A run shorter than a second is repeated from a fresh state until a second has
  passed, and its speed is all candles over all seconds.
- Timed: matching, decisions, events and hash for ours; the engine's own run for a peer. Not timed: import,
  reading candles into the engine's form, compiling, ledger and report; they have a table of their own.
- Fills of ours must equal a plain loop's, give or take one. The loop is run with unrounded prices and with
  prices snapped to the tick, and either may be met. Peers that see only the close of a bar re-enter at other
  prices than the path would give them, so their fills differ and are not judged.
"""


def render(report: Report) -> str:
    """Lay the whole report out as Markdown."""
    parts = [HEAD, _setting(report.setting), _replay(report), _fills(report), _outside(report)]
    if report.counts:
        parts.append(_counts(report))
    return "\n".join([*parts, METHOD])


def as_json(report: Report) -> dict[str, object]:
    """Give the report as plain values, with its verdicts."""
    verdicts = {each.engine.title: each.verdict() for each in report.peers}
    fills_agree, reached = report.fills_agree(), report.reached()
    return asdict(report) | {
        "verdicts": verdicts,
        "fills_agree": fills_agree,
        "reached": reached,
    }


def _setting(setting: Setting) -> str:
    return (
        f"Machine: {setting.machine}. Load average {setting.load_before:.2f} before, "
        f"{setting.load_after:.2f} after.\n"
        f"Workload: {setting.slots} slots, {setting.candles:,} one-minute candles "
        f"(digest `{setting.digest}`), rounds: {setting.rounds}.\n"
    )


def _replay(report: Report) -> str:
    head = ("engine", "candles/s", "ours / peer", "least", "most", "bar", "stretch", "verdict")
    own = report.ours
    first = (_name(own), _speed(own), "", "", "", "", "", own.reason)
    rows = [first, *(_compared(each) for each in report.peers)]
    return "## Replay\n\n" + _table(head, rows)


def _compared(each: Comparison) -> Sequence[str]:
    ratio = _ratio(each.ratio)
    verdict = f"{each.verdict()}: {each.engine.reason}" if each.engine.reason else each.verdict()
    bars = (f"{each.bar:g}", f"{each.stretch:g}") if each.judged else ("", "")
    return (_name(each.engine), _speed(each.engine), *ratio, *bars, verdict)


def _fills(report: Report) -> str:
    setting = report.setting
    loop = setting.reference_fills
    agree = "agrees" if report.fills_agree() else "differs"
    rows = [
        ("plain loop", f"{loop:,}", "", ""),
        (
            "plain loop, prices snapped",
            f"{setting.snapped_fills:,}",
            _apart(setting.snapped_fills, loop),
            "",
        ),
        _filled(report.ours, loop, agree if report.ours.fills else report.ours.reason),
        *(_filled(each.engine, loop, "") for each in report.peers),
    ]
    return "## Fills\n\n" + _table(("engine", "fills", "less loop", "verdict"), rows)


def _filled(engine: Engine, loop: int, verdict: str) -> Sequence[str]:
    fills = ", ".join(f"{each:,}" for each in engine.fills)
    apart = ", ".join(_apart(each, loop) for each in engine.fills)
    return (engine.title, fills, apart, verdict)


def _outside(report: Report) -> str:
    engines = [report.ours, *(each.engine for each in report.peers)]
    names = list(dict.fromkeys(name for engine in engines for name in engine.outside))
    head = ("engine", "repeats", "run s", *(f"{name} s" for name in names), "peak MiB", "disk MiB")
    disk = ["", *(f"{each.environment_mb:.0f}" for each in report.peers)]
    rows = [
        (
            engine.title,
            str(engine.repeats or ""),
            _seconds(engine.seconds / engine.repeats if engine.repeats else None),
            *(_seconds(engine.outside.get(name)) for name in names),
            f"{engine.peak_rss_mb:.0f}" if engine.speed else "",
            size,
        )
        for engine, size in zip(engines, disk, strict=True)
    ]
    return "## Outside the timing\n\n" + _table(head, rows)


def _counts(report: Report) -> str:
    rows = [
        (row.what, row.measured, row.bar, "reached" if row.reached else "missed")
        for row in report.counts
    ]
    return "## Growth and commits\n\n" + _table(("what", "measured", "bar", "verdict"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(each) for each in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _name(engine: Engine) -> str:
    return f"{engine.title} {engine.version}".strip()


def _speed(engine: Engine) -> str:
    return f"{engine.speed.median:,.0f}" if engine.speed else ""


def _ratio(ratio: Spread | None) -> Sequence[str]:
    return [f"{figure:,.2f}" for figure in ratio] if ratio else ["", "", ""]


def _apart(fills: int, loop: int) -> str:
    return f"{fills - loop:+d}" if fills != loop else "0"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f}"
