"""Write the few pieces of markup the dashboard draws itself: tiles, notices, small tables.

Every text is escaped here, so no caller can forget it. Numbers stand right, words left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards import theme

_STYLE = """
<style>
.hf-tiles{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;align-items:flex-start;
 font-variant-numeric:tabular-nums}
.hf-tile{min-width:3.4rem}
.hf-label{font-size:.72rem;opacity:.72;letter-spacing:.01em;white-space:nowrap}
.hf-value{font-size:1.02rem;font-weight:600;line-height:1.35}
.hf-note{font-size:.74rem;opacity:.78;line-height:1.3}
.hf-notice{border-left:4px solid;padding:.35rem .7rem;font-size:.92rem;line-height:1.4;
 background:rgba(128,128,128,.08)}
.hf-scroll{overflow-x:auto}
.hf-table{border-collapse:collapse;width:100%;font-size:.84rem;font-variant-numeric:tabular-nums;
 margin:0}
.hf-table th{font-weight:500;opacity:.7;text-align:left;padding:.12rem .5rem;border:0;
 border-bottom:1px solid rgba(128,128,128,.35);white-space:nowrap}
.hf-table td{padding:.1rem .5rem;border:0;border-bottom:1px solid rgba(128,128,128,.13);
 white-space:nowrap}
.hf-wrap td{white-space:normal;overflow-wrap:break-word;min-width:3.2rem;vertical-align:top}
.hf-table .r{text-align:right}
.hf-table tr.hf-mark td{border-top:1px solid;border-bottom:1px solid;font-weight:600}
.hf-title{font-size:.95rem;font-weight:600;margin:.2rem 0 .1rem}
</style>
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its label; `tone` names a colour of the palette."""

    label: str
    value: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a small table; numbers are aligned right."""

    label: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a colour of its own."""

    text: str
    tone: str = ""


def tiles(figures: Iterable[Tile]) -> None:
    """Show figures in one wrapping line."""
    body = "".join(_tile(figure) for figure in figures)
    st.html(f'{_STYLE}<div class="hf-tiles">{body}</div>')


def notice(text: str, tone: str = "calm") -> None:
    """Show one plain sentence that matters."""
    colour = getattr(theme.palette(), tone)
    st.html(
        f'{_STYLE}<div class="hf-notice" role="status" style="border-color:{colour}">'
        f"{theme.escape(text)}</div>",
    )


def title(text: str, note: str = "") -> None:
    """Head a panel."""
    aside = f' <span class="hf-label">{theme.escape(note)}</span>' if note else ""
    st.html(f'{_STYLE}<div class="hf-title">{theme.escape(text)}{aside}</div>')


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell | str]],
    *,
    marked: int | None = None,
    wrap: bool = False,
) -> None:
    """Show a small table; `marked` is the row drawn between two lines, `wrap` breaks long texts."""
    head = "".join(
        f'<th class="{"r" if column.right else "l"}">{theme.escape(column.label)}</th>'
        for column in columns
    )
    body = "".join(
        f'<tr class="{"hf-mark" if index == marked else ""}">{_cells(columns, row)}</tr>'
        for index, row in enumerate(rows)
    )
    st.html(
        f'{_STYLE}<div class="hf-scroll"><table class="hf-table{" hf-wrap" if wrap else ""}">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
    )


def _tile(figure: Tile) -> str:
    colour = f"color:{getattr(theme.palette(), figure.tone)}" if figure.tone else ""
    note = f'<div class="hf-note">{theme.escape(figure.note)}</div>' if figure.note else ""
    return (
        f'<div class="hf-tile"><div class="hf-label">{theme.escape(figure.label)}</div>'
        f'<div class="hf-value" style="{colour}">{theme.escape(figure.value)}</div>{note}</div>'
    )


def _cells(columns: Sequence[Column], row: Sequence[Cell | str]) -> str:
    cells = []
    for column, cell in zip(columns, row, strict=True):
        text, tone = (cell, "") if isinstance(cell, str) else (cell.text, cell.tone)
        style = f' style="color:{getattr(theme.palette(), tone)}"' if tone else ""
        align = "r" if column.right else "l"
        cells.append(f'<td class="{align}"{style}>{theme.escape(text)}</td>')
    return "".join(cells)
