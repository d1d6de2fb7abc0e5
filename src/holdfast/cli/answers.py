"""Lay out the answer of a query: a table where it fits, else one record after the other.

A cell is never cut. Into a pipe or a file the table is as wide as it has to be.
"""

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from holdfast.ledger.export import plain
from holdfast.ledger.query import Answer


def print_answer(answer: Answer, console: Console) -> None:
    """Write an answer for people."""
    rows = [["" if value is None else str(plain(value)) for value in row] for row in answer.rows]
    table = _table(answer.columns, rows)
    needed = table.__rich_measure__(console, console.options.update(width=10**6)).maximum
    if console.is_terminal and needed > console.width and rows:
        for number, row in enumerate(rows, 1):
            console.print(_record(number, answer.columns, row))
    else:
        console.width = max(console.width, needed)
        console.print(table)


def _table(columns: tuple[str, ...], rows: list[list[str]]) -> Table:
    table = Table()
    for name in columns:
        table.add_column(Text(name), no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _record(number: int, columns: tuple[str, ...], row: list[str]) -> RenderableType:
    record = Table(title=f"row {number}", title_justify="left", show_header=False, box=None)
    record.add_column(no_wrap=True, style="dim")
    record.add_column(overflow="fold")
    for name, value in zip(columns, row, strict=True):
        record.add_row(Text(name), Text(value))
    return record
