"""Write the tables of a report as HTML: every text escaped, every number with its unit.

Amounts are shown with few digits, for people; report.json has them all.
"""

import html
from collections.abc import Iterable, Sequence
from decimal import Decimal

from holdfast.replay.report import OUTCOMES, ROLES, Report
from holdfast.replay.spread import Spread

DASH = "-"
NUMBER = ' class="n"'
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_FEW = 100


def facts(report: Report) -> str:
    """Write the head figures as cards."""
    equity, totals, quote = report.equity, report.totals, report.quote
    cards = (
        ("Net profit of cycles", amount(totals["net_profit"], quote), "after all fees"),
        ("Cycles", count(totals["cycles"]), f"{count(totals['losing_cycles'])} at a loss"),
        ("Fees", amount(totals["fees"], quote), f"on {amount(totals['turnover'], quote)} traded"),
        ("Equity", amount(equity.closing, quote), f"{signed(equity.change_pct)} % since the start"),
        (
            "Beside hold",
            amount(equity.against_hold, quote, sign=True),
            f"hold: {signed(equity.hold_change_pct)} %",
        ),
        ("Deepest drawdown", f"{equity.drawdown_pct:.2f} %", amount(equity.drawdown, quote)),
        (
            "Waiting exits",
            count(totals["open_exits"]),
            f"{amount(totals['unrealized'], quote, sign=True)} at the last mark",
        ),
        ("Fills", count(totals["fills"]), f"{count(report.order_events)} order events"),
    )
    rows = [
        f'<div class="card"><span>{text(name)}</span><b>{text(value)}</b><i>{text(more)}</i></div>'
        for name, value, more in cards
    ]
    return f'<div class="cards">{"".join(rows)}</div>'


def spreads(report: Report) -> str:
    """Write how long cycles took and entries rested."""
    heads = ("", "count", "shortest", "10 %", "median", "90 %", "longest", "mean")
    rows = (
        _spread("entry fill to exit, whole cycles", report.cycle_seconds),
        _spread("entry placed to filled", report.entry_wait_seconds),
    )
    return table(heads, rows)


def ages(report: Report) -> str:
    """Write the waiting exits by age."""
    base, quote = report.base, report.quote
    heads = (
        *("age", "exits", f"size, {base}", f"entry cost, {quote}"),
        *(f"at the last mark, {quote}", "mean distance, %"),
    )
    rows = [
        (row.age, row.exits, row.size, row.entry_cost, row.unrealized, row.mean_distance_pct)
        for row in report.exits_by_age
    ]
    return table(heads, rows)


def orders(report: Report) -> str:
    """Write orders by role and outcome."""
    rows = [(role, *(report.orders[role][name] for name in OUTCOMES)) for role in ROLES]
    return table(("role", *OUTCOMES), rows)


def days(report: Report) -> str:
    """Write a row a day."""
    quote = report.quote
    heads = (
        *("day, UTC", "candles", "fills", "cycles", f"turnover, {quote}", f"fees, {quote}"),
        *(f"net, {quote}", "close", f"equity, {quote}", "drawdown, %"),
    )
    rows = [
        (
            *(row.day, row.candles, row.fills, row.cycles, row.turnover, row.fees),
            *(row.net, _Right(f"{row.close:f}"), row.equity, row.drawdown_pct),
        )
        for row in report.days
    ]
    return table(heads, rows)


def slots(report: Report) -> str:
    """Write a row a slot."""
    quote = report.quote
    heads = (
        *("slot", "phase", "fills", "cycles", "at a loss", f"turnover, {quote}"),
        *(f"fees, {quote}", f"net, {quote}", "open exits", f"at the last mark, {quote}"),
    )
    rows = [
        (
            *(str(row.slot), row.phase, row.fills, row.cycles, row.losing, row.turnover),
            *(row.fees, row.net, row.open_exits, row.unrealized),
        )
        for row in report.per_slot
    ]
    return table(heads, rows)


def settings(report: Report, *, defaults: bool) -> str:
    """Write the settings that are defaults, or those that are not."""
    rows = [
        (one.key, one.value, one.origin) for one in report.settings if one.is_default is defaults
    ]
    return table(("setting", "value", "from"), rows)


def timings(report: Report) -> str:
    """Write how long each part took."""
    rows = [(name, _Right(f"{seconds:.2f}")) for name, seconds in report.timings_seconds.items()]
    return table(("part", "seconds"), rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; numbers stand right."""
    kept = list(rows)
    right = [_is_number(one) for one in kept[0]] if kept else [False] * len(heads)
    head = "".join(
        f"<th{NUMBER if number else ''}>{text(one)}</th>"
        for one, number in zip(heads, right, strict=True)
    )
    body = "".join(f"<tr>{''.join(_cell(one) for one in row)}</tr>" for row in kept)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def text(value: object) -> str:
    """Escape a text for the page."""
    return html.escape(str(value))


def count(value: Decimal | int) -> str:
    """Write a count."""
    return f"{value:,}"


def amount(value: Decimal | int, unit: str, *, sign: bool = False) -> str:
    """Write an amount for people, with its unit."""
    number = Decimal(value)
    digits = 2 if abs(number) >= _FEW else 4
    return f"{number:{'+' if sign else ''},.{digits}f} {unit}"


def signed(value: Decimal) -> str:
    """Write a change in percent."""
    return f"{value:+,.2f}"


def lasting(seconds: float | None) -> str:
    """Write a duration in its largest fitting unit."""
    if seconds is None:
        return DASH
    size, unit = next((pair for pair in _UNITS if seconds >= pair[0]), _UNITS[-1])
    return f"{seconds / size:,.1f} {unit}"


def _spread(name: str, spread: Spread) -> tuple[object, ...]:
    figures = (spread.shortest, spread.p10, spread.median, spread.p90, spread.longest, spread.mean)
    return (name, spread.count, *(_Right(lasting(one)) for one in figures))


class _Right(str):
    """A text that stands right."""

    __slots__ = ()


def _is_number(value: object) -> bool:
    return isinstance(value, Decimal | int | _Right)


def _cell(value: object) -> str:
    kind = NUMBER if _is_number(value) else ""
    if isinstance(value, Decimal):
        return f"<td{kind}>{f'{value:,.4f}' if value else '0'}</td>"
    return f"<td{kind}>{f'{value:,}' if isinstance(value, int) else text(value)}</td>"
