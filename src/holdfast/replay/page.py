"""Write a report as one HTML page that opens from a file, without network, in light and dark.

Rules: the page holds everything it needs and its policy lets it load nothing; every text from outside
is escaped; colours follow the reader's system, plots included.
"""

from plotly.offline import get_plotlyjs

from holdfast.replay import tables
from holdfast.replay.equity import Curve
from holdfast.replay.plots import figures
from holdfast.replay.report import Report

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
_STYLE = """
:root { color-scheme: light dark; --ink: #1e2429; --soft: #5f6b74; --paper: #fbfbfa; --card: #fff;
  --rule: #e2e5e8; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #d9dee2; --soft: #97a3ab; --paper: #14181c;
  --card: #1b2126; --rule: #2d353c; --bad: #ff8478; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 28px 24px 64px; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 36px 0 10px; }
p { margin: 4px 0; color: var(--soft); } p.bad { color: var(--bad); font-weight: 600; }
code { font: 12.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 10px;
  margin-top: 20px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 6px;
  padding: 10px 14px; display: flex; flex-direction: column; }
.card span { color: var(--soft); font-size: 13px; } .card b { font-size: 20px; }
.card i { color: var(--soft); font-size: 13px; font-style: normal; }
.card b, td.n { font-variant-numeric: tabular-nums; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 24px; }
.plot { min-width: 0; } .wide { overflow: auto; max-height: 560px; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: left;
  white-space: nowrap; }
th { position: sticky; top: 0; background: var(--paper); color: var(--soft); font-weight: 600; }
td.n, th.n { text-align: right; } details summary { cursor: pointer; color: var(--soft); margin: 8px 0; }
"""
_SCRIPT = """
const dark = window.matchMedia('(prefers-color-scheme: dark)');
function paint() {
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue('--ink').trim(), card = style.getPropertyValue('--card').trim();
  for (const plot of document.querySelectorAll('.js-plotly-plot')) {
    Plotly.relayout(plot, {'font.color': ink, 'hoverlabel.bgcolor': card,
      'hoverlabel.font.color': ink});
  }
}
paint();
dark.addEventListener('change', paint);
"""


def render(report: Report, curve: Curve) -> str:
    """Write the whole page."""
    drawn = {
        name: figure.to_html(
            full_html=False,
            include_plotlyjs=False,
            div_id=f"plot-{name}",
            config={"displaylogo": False, "responsive": True},
        )
        for name, figure in figures(report, curve).items()
    }
    title = f"Replay of {report.profile}, {report.symbol}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{tables.text(title)}</title><style>{_STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head>\n<body>"
        f"{_head(report, title)}{_body(report, drawn)}<script>{_SCRIPT}</script></body></html>\n"
    )


def _head(report: Report, title: str) -> str:
    text = tables.text
    span = (
        f"{report.candles:,} candles of {report.candle_seconds} s, {report.first} to {report.last},"
        f" {report.slots:,} slots, last mark {report.mark:f} {report.quote}"
    )
    breaches = report.invariant_breaches
    books = "" if report.checks else "ledger and venue agree to the last unit"
    faults = "".join(f'<p class="bad">{text(fault)}</p>' for fault in report.checks)
    tone = ' class="bad"' if breaches else ""
    return (
        f"<h1>{text(title)}</h1><p>{text(span)}</p>"
        f"<p>event hash <code>{text(report.event_hash)}</code></p>"
        f"<p{tone}>{breaches} invariant breaches; {text(books)}</p>{faults}{tables.facts(report)}"
    )


def _body(report: Report, drawn: dict[str, str]) -> str:
    parts = (
        _part("Equity, hold and drawdown", drawn["equity"]),
        _part("Days", drawn["days"], tables.days(report)),
        _part("How long cycles took", drawn["cycle-times"], tables.spreads(report)),
        _part("Exits that still wait, by age", drawn["ages"], tables.ages(report)),
        _part("Orders by outcome", tables.orders(report)),
        _part("Slots", tables.slots(report)),
        _part("Data", *(f"<p>{tables.text(line)}</p>" for line in report.data)),
        _part("Settings in force", _digests(report), tables.settings(report, defaults=False)),
        _folded("Settings left at their defaults", tables.settings(report, defaults=True)),
        _part(
            "Time spent",
            tables.timings(report),
            "<p>Making this page comes on top; report.json has it.</p>",
        ),
    )
    return "".join(parts)


def _part(title: str, *content: str) -> str:
    return f'<h2>{tables.text(title)}</h2><div class="plot">{"".join(content)}</div>'


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{tables.text(title)}</summary>{content}</details>"


def _digests(report: Report) -> str:
    stages = ", ".join(f"{track} {stage}" for track, stage in report.rollout.items()) or "none"
    return (
        f"<p>profile digest <code>{tables.text(report.profile_digest)}</code>, rules digest "
        f"<code>{tables.text(report.rules_digest)}</code>; stages: {tables.text(stages)}</p>"
    )
