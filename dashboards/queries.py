"""Hold everything the dashboard reads: the published files, and every SQL it asks of them.

Rules: only published files are read; the manifest is read first and names the rest. SQL is constant
and takes parameters. A missing table is an empty frame with the columns its panel expects. Results
are cached by the generation of the manifest, so sessions share them.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import streamlit as st

from dashboards import sandbox, standing, statements, theme
from holdfast.clock import SystemClock
from holdfast.domain.errors import LedgerError
from holdfast.ledger.manifest import Manifest
from holdfast.ledger.published import open_published

NOT_READABLE = "{name} cannot be read just now; what needs it is left out."
MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Data:
    """What one look at a published folder found."""

    folder: Path | None = None
    present: bool = False
    status: Mapping[str, Any] = field(default_factory=dict)
    manifest: Manifest | None = None
    age: float | None = None
    zone: str = "UTC"
    problems: tuple[str, ...] = ()

    @property
    def published_at(self) -> int | None:
        """Return the machine time of the manifest."""
        return None if self.manifest is None else self.manifest.published_at

    @property
    def market_time(self) -> int | None:
        """Return the market time of the newest figures."""
        found = standing.first(self.status, "market_time", "market_time_us")
        return standing.whole(found or (self.manifest and self.manifest.market_time))

    @property
    def sequence(self) -> int | None:
        """Return the last ledger sequence that was published."""
        ledger = standing.mapping(self.status.get("ledger"))
        found = standing.first(ledger, "sequence", "seq") or self.status.get("ledger_sequence")
        return standing.whole(found or (self.manifest and self.manifest.sequence))


@dataclass(frozen=True, slots=True)
class Reply:
    """The rows a person's question returned, or the sentence that says why there are none."""

    columns: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    cut: bool = False
    problem: str = ""


def runtimes(home: Path) -> list[Path]:
    """List the published folders under a home, the newest first."""
    found = [path.parent for path in home.glob("var/*/published/manifest.json")]
    return sorted(found, key=lambda folder: (folder / "manifest.json").stat().st_mtime_ns)[::-1]


def chosen_folder() -> Path | None:
    """Return the folder the environment names, if it names one."""
    named = os.environ.get("HOLDFAST_PUBLISHED", "")
    return Path(named).absolute() if named else None


def load(folder: Path | None, zone: str = "UTC") -> Data:
    """Look at a published folder: manifest first, then the status."""
    if folder is None or not folder.is_dir():
        return Data(folder=folder, zone=zone)
    manifest, status = _look(str(folder))
    problems = tuple(
        NOT_READABLE.format(name=name)
        for name, block in (("manifest.json", manifest), ("status.json", status))
        if block is None
    )
    age = None
    if manifest is not None:
        age = max(0.0, (SystemClock().wall() - manifest.published_at) / theme.MICRO)
    present = manifest is not None or status is not None
    return Data(folder, present, status or {}, manifest, age, zone, problems)


def candles(data: Data, since: int, width: int) -> pd.DataFrame:
    """Return bars of `width` microseconds since a market time."""
    columns = ("at", "open", "high", "low", "close", "volume")
    return frame(data, statements.CANDLES, columns, {"width": width, "since": since})


def span(data: Data) -> tuple[int, int] | None:
    """Return the first and last market time candles were published for."""
    rows = frame(data, statements.SPAN, ("first", "last"))
    if rows.empty or rows.isna().any(axis=None):
        return None
    return int(rows["first"].iloc[0]), int(rows["last"].iloc[0])


def fills(data: Data, since: int = 0, limit: int = 5_000) -> pd.DataFrame:
    """Return fills, the newest first."""
    columns = (
        *("seq", "at", "slot", "leg", "side", "role", "cycle", "price", "size", "cost"),
        *_ID,
    )
    return frame(data, statements.FILLS, columns, {"since": since, "limit": limit})


def cycles(data: Data, limit: int = 5_000) -> pd.DataFrame:
    """Return closed cycles, the newest first."""
    columns = (*("seq", "at", "slot", "leg", "cycle", "size", "entry_price", "exit_price"), *_NET)
    return frame(data, statements.CYCLES, columns, {"limit": limit})


def today(data: Data) -> Mapping[str, Any]:
    """Return cycles, net profit and fees paid of the UTC day of market time."""
    given = {"now": data.market_time or 0}
    booked = _single(frame(data, statements.TODAY, ("cycles", "net"), given))
    return {**booked, **_single(frame(data, statements.TODAY_FEES, ("fees",), given))}


def totals(data: Data) -> Mapping[str, Any]:
    """Return net profit, fees and cycles since the ledger began."""
    return _single(frame(data, statements.TOTALS, ("net", "fees", "cycles")))


def equity(data: Data, width: int) -> pd.DataFrame:
    """Return what the desk was worth, and what holding would be, one point each `width`."""
    return frame(data, statements.EQUITY, ("at", "equity", "hodl"), {"width": width})


def slot_states(data: Data) -> dict[int, Mapping[str, Any]]:
    """Return the whole state of each slot, as the ledger folded it."""
    rows = frame(data, statements.SLOT_STATES, ("slot", "state"))
    states = zip(rows["slot"], rows["state"], strict=True)
    return {int(slot): standing.mapping(_parse(str(state))) for slot, state in states}


def slot_events(data: Data, slot: int, limit: int = 600) -> pd.DataFrame:
    """Return the newest domain events of one slot, oldest first."""
    given = {"slot": slot, "needle": f'"slot":{slot}', "limit": limit}
    return frame(data, statements.SLOT_EVENTS, ("seq", "at", "type", "payload"), given)


def events(data: Data, given: Mapping[str, Any]) -> pd.DataFrame:
    """Return one page of events by stream, type, slot and text."""
    return frame(data, statements.EVENTS, ("seq", "at", "stream", "type", "slot", "payload"), given)


def event_kinds(data: Data) -> pd.DataFrame:
    """Return the streams and types that occur."""
    return frame(data, statements.EVENT_KINDS, ("stream", "type", "count"))


def accounts(data: Data) -> pd.DataFrame:
    """Return the exact balance of every account."""
    return frame(data, statements.ACCOUNTS, ("account", "asset", "balance"))


def sums(data: Data) -> pd.DataFrame:
    """Return the exact sum over all accounts per asset, and whether it is zero."""
    return frame(data, statements.SUMS, ("asset", "total", "zero"))


def days(data: Data) -> pd.DataFrame:
    """Return cycles, profit, fees and fills by UTC day of market time, the newest first."""
    columns = ("day", "cycles", "net", "fees", "fills")
    rows = frame(data, statements.DAILY, columns)
    return rows if not rows.empty else frame(data, statements.DAYS, columns)


def ask(data: Data, sql: str) -> Reply:
    """Answer a person's own SELECT over the published views."""
    if data.folder is None:
        return Reply(problem="Nothing is published yet.")
    try:
        answer = open_published(data.folder).query(sql, rows=MOST_ROWS)
    except (LedgerError, duckdb.Error, OSError) as error:
        return Reply(problem=str(error))
    return Reply(columns=answer.columns, rows=answer.rows, cut=answer.more)


def views(data: Data) -> list[tuple[str, str]]:
    """Name the published views and their columns."""
    rows = frame(data, statements.VIEWS, ("name", "columns"))
    return list(zip(rows["name"], rows["columns"], strict=True))


_ID = ("fee", "liquidity", "client_order_id")
_NET = ("gross", "fees", "net", "entry_time", "reason")


def frame(
    data: Data,
    sql: str,
    columns: Sequence[str],
    given: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Answer one constant question; without its table, an empty frame of the columns."""
    if data.folder is None or data.manifest is None:
        return pd.DataFrame(columns=list(columns))
    try:
        return _answer(str(data.folder), data.manifest, sql, dict(given or {}))
    except (duckdb.Error, OSError):
        return pd.DataFrame(columns=list(columns))


def _generation(manifest: Manifest) -> tuple[int, int]:
    return manifest.published_at, manifest.sequence


_KEY: dict[str | type[Any], Callable[[Any], Any]] = {Manifest: _generation}


@st.cache_data(ttl="1m", max_entries=400, show_spinner=False, hash_funcs=_KEY)
def _answer(folder: str, manifest: Manifest, sql: str, given: dict[str, Any]) -> pd.DataFrame:
    cursor = _connection(folder, manifest).cursor()
    try:
        return cursor.execute(sql, given).df()
    finally:
        cursor.close()


@st.cache_resource(ttl="1m", max_entries=6, show_spinner=False, hash_funcs=_KEY)
def _connection(folder: str, manifest: Manifest) -> duckdb.DuckDBPyConnection:
    root = Path(folder).resolve()
    parts = {name: [file] for name, file in manifest.tables.items()} | {"event": manifest.events}
    files = {name: [(root / file).resolve() for file in named] for name, named in parts.items()}
    inside = {
        name: [path for path in paths if path.is_relative_to(root)] for name, paths in files.items()
    }
    return sandbox.connect(root, inside)


@st.cache_data(ttl=1, max_entries=16, show_spinner=False)
def _look(folder: str) -> tuple[Manifest | None, Mapping[str, Any] | None]:
    reader = open_published(Path(folder))
    return reader.manifest, reader.status()


def _parse(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _single(rows: pd.DataFrame) -> Mapping[str, Any]:
    if rows.empty:
        return {}
    row: dict[str, Any] = {str(key): value for key, value in rows.iloc[0].items()}
    return {key: None if pd.isna(value) else value for key, value in row.items()}
