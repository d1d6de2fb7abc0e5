"""Text from the ledger is shown as text: no markup, no formatting, no link comes alive."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import theme
from dashboards.parts import markup as drawn

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [go](javascript:alert(3)) $x$ :red[y]"


@pytest.mark.parametrize("view", ["overview", "slots", "safety", "exchange", "alerts", "ledger"])
@pytest.mark.parametrize("mode", ["HALTED", "RUNNING"])
def test_hostile_reasons_are_shown_as_text(
    view: str,
    mode: str,
    show: Callable[..., AppTest],
    markup: Callable[[AppTest], str],
    published: Callable[..., Path],
) -> None:
    folder = published(
        note=HOSTILE,
        mode=mode,
        profile=HOSTILE,
        stages={HOSTILE: HOSTILE},
        holds=[{"name": HOSTILE, "reason": HOSTILE}],
        orchestrated=HOSTILE,
        reload={"problem": HOSTILE, "pending": [HOSTILE]},
        candles=120,
        count=2,
    )
    app = show(view, folder)
    assert not app.exception
    text = markup(app)
    assert "<script>" not in text
    assert "<img" not in text
    assert theme.escape(HOSTILE) in text
    assert not [block for block in app.markdown if "bold" in block.value]
    assert not [block for block in app.caption if "bold" in block.value]


BLOCK = {"ready": True, "state": HOSTILE, "effective": HOSTILE, "requested": HOSTILE}
WAY = {
    "ready": True,
    "unknown": 1,
    "unknowns": [{"action": HOSTILE, "client_order_id": HOSTILE}],
    "reconcile": {"foreign": [HOSTILE]},
    "compared": {"verdicts": {HOSTILE: 1}, "assets": [{"asset": HOSTILE}]},
}


@pytest.mark.parametrize("status", [{}, {"execution": BLOCK, "exchange": WAY}])
@pytest.mark.parametrize("view", ["safety", "exchange", "alerts"])
def test_hostile_texts_of_a_desk_on_an_exchange_are_shown_as_text(
    view: str,
    status: dict[str, object],
    show: Callable[..., AppTest],
    markup: Callable[[AppTest], str],
    on_exchange: Callable[..., Path],
) -> None:
    app = show(view, on_exchange(**status))
    assert not app.exception
    text = markup(app)
    assert "<script>" not in text
    assert "<img" not in text
    assert theme.escape(HOSTILE) in text


def test_tiles_tables_titles_and_notices_escape_every_text() -> None:
    app = AppTest.from_function(_draw, args=(HOSTILE,), default_timeout=30).run()
    assert not app.exception
    bodies = [str(block.proto.body) for block in app.get("html")]
    assert len(bodies) == 4
    for body in bodies:
        assert theme.escape(HOSTILE) in body
        assert "<script>" not in body


def _draw(text: str) -> None:
    from dashboards.parts import markup
    from dashboards.parts.markup import Cell, Column, Tile

    markup.tiles([Tile(text, text, "bad", text)])
    markup.title(text, text)
    markup.notice(text, "warn")
    markup.table([Column(text), Column(text, right=True)], [[text, Cell(text, "buy")]], marked=0)


def test_a_table_refuses_a_row_of_another_length() -> None:
    with pytest.raises(ValueError, match="shorter"):
        drawn._cells([drawn.Column("a"), drawn.Column("b")], ["only one"])
