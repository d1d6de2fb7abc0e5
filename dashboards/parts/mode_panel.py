"""Show the execution mode: what is in force, who asked for what, what arming needs, what changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dashboards import safety_queries, standing, theme, words
from dashboards.parts import ages, markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column, Tile
from dashboards.queries import Data


def mode_tiles(data: Data, block: Mapping[str, Any]) -> list[Tile]:
    """Name the mode and everything that may end it."""
    state = str(block.get("state") or theme.DASH)
    lease = block.get("lease_remaining_s")
    return [
        Tile("state", state, words.STATE_TONES.get(state, "warn"), _cause(block)),
        Tile("requested", str(block.get("requested") or "nothing"), note=_asked(data, block)),
        Tile("at most", *_cap(block)),
        Tile("epoch", theme.number(block.get("epoch"), 0)),
        Tile("lease left", "none" if lease is None else ages.seconds(lease)),
        Tile("good reads in a row", *_streak(block)),
        Tile("last read", ages.seconds(block.get("read_age_s")), note="before this status"),
        Tile("stop", *_stop(block)),
    ]


def mode_sentences(block: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say what keeps the desk from what was asked of it."""
    said = []
    if block.get("estop_active") is True:
        by = _plain(block.get("stopped_by") or "somebody")
        said.append((f"Emergency stop, set by {by}: no order is placed or moved.", "bad"))
    if block.get("latch_fault"):
        said.append((f"The stop cannot be remembered on disk: {block['latch_fault']}.", "bad"))
    if block.get("kill_file") is True:
        said.append(("The file KILL lies in the folder of this desk; it keeps it stopped.", "bad"))
    if block.get("flap_blocked") is True:
        left = ages.seconds(block.get("flap_clear_in_s"))
        said.append((f"The mode changed too often; it cannot arm for {left}.", "warn"))
    return said


def preconditions(block: Mapping[str, Any]) -> None:
    """Show what arming needs beside what was measured."""
    rows = standing.rows(block.get("preconditions"))
    met = sum(row.get("holds") is True for row in rows)
    markup.title("What arming needs", f"{met} of {len(rows)} hold" if rows else "")
    if not rows:
        nothing("Nothing has been measured yet.")
        return
    columns = (Column("needs"), Column("holds"), Column("measured"), Column("wanted"))
    markup.table(columns, [_precondition(row) for row in rows], wrap=True)


def mode_changes(data: Data) -> None:
    """List the last changes of the mode."""
    frame = safety_queries.modes(data)
    markup.title("Changes of the mode", "newest first")
    if frame.empty:
        nothing("The mode has not changed yet.")
        return
    columns = (Column("when"), Column("from"), Column("to"), Column("why"), Column("epoch", True))
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], data.zone),
            str(row["before"]),
            Cell(str(row["after"]), words.STATE_TONES.get(str(row["after"]), "")),
            _plain(row["cause"]),
            str(row["epoch"]),
        ]
        for row in frame.to_dict("records")
    ]
    markup.table(columns, rows)


def _precondition(row: Mapping[str, Any]) -> list[Cell | str]:
    name, holds = str(row.get("name") or ""), row.get("holds") is True
    return [
        words.PRECONDITIONS.get(name, name),
        Cell("yes" if holds else "no", "good" if holds else "bad"),
        str(row.get("measured") or theme.DASH),
        str(row.get("needed") or theme.DASH),
    ]


def _cause(block: Mapping[str, Any]) -> str:
    return _plain(block.get("last_cause") or "")


def _plain(cause: object) -> str:
    return str(cause).replace("_", " ").replace(":", ": ")


def _asked(data: Data, block: Mapping[str, Any]) -> str:
    if not block.get("requested"):
        return ""
    until = _until(block.get("expires_at"), data.zone)
    return f"by {block.get('requested_by') or 'nobody'}" + (f" until {until}" if until else "")


def _until(text: object, zone: str) -> str:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return theme.moment(at.timestamp() * theme.MICRO, zone)


def _cap(block: Mapping[str, Any]) -> tuple[str, str, str]:
    highest, cap, by = (str(block.get(name) or "") for name in ("highest", "cap", "capped_by"))
    if cap and by:
        return cap, "warn", f"held there by {_plain(by)}"
    return highest or theme.DASH, "", "by the profile"


def _streak(block: Mapping[str, Any]) -> tuple[str, str, str]:
    streak = theme.number(block.get("streak"), 0)
    needed = theme.number(block.get("arm_reads"), 0)
    return streak, "", f"{needed} arm it"


def _stop(block: Mapping[str, Any]) -> tuple[str, str]:
    if block.get("estop_active") is True:
        return "emergency stop", "bad"
    return ("KILL file", "bad") if block.get("kill_file") is True else ("none", "")
