"""The answer of a query can be read whatever the width of the terminal."""

import io
from decimal import Decimal

import pytest
from rich.console import Console

from holdfast.cli.answers import print_answer
from holdfast.ledger.query import Answer

WIDE = Answer(
    columns=tuple(f"a_long_column_{number}" for number in range(12)),
    rows=[tuple(f"value-{row}-{number}" for number in range(12)) for row in range(2)],
    more=False,
)


def printed(answer, *, width, terminal):
    out = io.StringIO()
    print_answer(answer, Console(file=out, width=width, force_terminal=terminal, color_system=None))
    return out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_every_cell_of_a_wide_answer_is_whole(terminal):
    text = printed(WIDE, width=80, terminal=terminal)
    for column, value in zip(WIDE.columns, WIDE.rows[1], strict=True):
        assert column in text
        assert value in text
    assert "…" not in text


def test_a_wide_answer_is_told_row_by_row_on_a_terminal_only():
    assert "row 2" in printed(WIDE, width=80, terminal=True)
    assert max(map(len, printed(WIDE, width=80, terminal=True).splitlines())) <= 80
    assert "row 2" not in printed(WIDE, width=80, terminal=False)
    assert "row 2" not in printed(WIDE, width=400, terminal=True)


def test_a_table_that_fits_exactly_stays_a_table():
    answer = Answer(columns=("n",), rows=[("x" * 20,)], more=False)
    assert "row 1" not in printed(answer, width=24, terminal=True)
    assert "row 1" in printed(answer, width=23, terminal=True)


def test_text_is_not_taken_for_markup_and_nothing_stays_empty():
    answer = Answer(columns=("[red]n", "none"), rows=[("[bold]", None)], more=False)
    assert "[bold]" in printed(answer, width=80, terminal=False)
    assert "[red]n" in printed(answer, width=80, terminal=False)
    assert "0.5" in printed(
        Answer(columns=("n",), rows=[(Decimal("0.5"),)], more=False), width=80, terminal=True
    )


def test_no_rows_still_name_their_columns():
    assert "n" in printed(Answer(columns=("n",), rows=[], more=False), width=80, terminal=True)
