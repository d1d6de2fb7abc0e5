"""Say in plain sentences what needs a person's eye: age, halts, holds, refused or pending edits.

Data older than `STALE_AFTER` seconds is stale. Each sentence carries the tone it is drawn in.
"""

from collections.abc import Mapping
from typing import Any

from dashboards import safety_queries, standing, theme, words
from dashboards.parts import ages
from dashboards.queries import Data

STALE_AFTER = 10.0
MOST_NOTICES = 3
_STALE = (
    "The desk has published nothing since {since}, {age} ago. It is stopped, or cannot write. "
    "Everything below is as it was then."
)
Sentence = tuple[str, str]


def is_stale(data: Data) -> bool:
    """Say whether the desk has stopped publishing."""
    return data.age is not None and data.age > STALE_AFTER


def sentences(data: Data) -> list[Sentence]:
    """List what there is to say, the most urgent first."""
    said = [(problem, "warn") for problem in data.problems]
    if is_stale(data):
        since = theme.moment(data.published_at, data.zone)
        said.append((_STALE.format(since=since, age=theme.age(data.age)), "bad"))
    status = data.status
    said += (
        _alerts(data)
        + _mode(status)
        + _books(status)
        + _holds(status)
        + _profile(status)
        + _settings(status)
    )
    return sorted(said, key=lambda sentence: sentence[1] != "bad")


def standing_alerts(data: Data) -> list[Mapping[Any, Any]]:
    """List the alerts that stand, the worst first."""
    rows: list[Mapping[Any, Any]] = [*safety_queries.alerts(data).to_dict("records")]
    rows = [row for row in rows if _stands(row)]
    return sorted(rows, key=lambda row: _rank(str(row["severity"])))


def worst(alerts: list[Mapping[Any, Any]]) -> str:
    """Name the worst severity among alerts, told the worst first."""
    return str(alerts[0]["severity"]) if alerts else ""


def _alerts(data: Data) -> list[Sentence]:
    found = standing_alerts(data)
    said = []
    for row in found[:MOST_NOTICES]:
        length, severity = ages.of_machine(data, row["began_at"]), str(row["severity"])
        text = f"Alert {row['name']} ({severity}) for {length}: {row['detail']}"
        said.append((text, words.SEVERITIES.get(severity, "warn")))
    if len(found) > MOST_NOTICES:
        said.append((f"{len(found) - MOST_NOTICES} more alerts stand; see Alerts.", "warn"))
    return said


def _stands(row: Mapping[Any, Any]) -> bool:
    return theme.decimal(row["ended_seq"]) is None


def _rank(severity: str) -> int:
    order = list(words.SEVERITIES)
    return order.index(severity) if severity in order else len(order)


def _mode(status: Mapping[str, Any]) -> list[Sentence]:
    mode, reason = standing.mode(status), str(status.get("pause_reason") or "")
    if mode not in ("HALTED", "PAUSED") or standing.holds(status):
        return []
    return [(f"{mode.capitalize()}: {reason or 'no reason was given'}.", theme.MODE_TONES[mode])]


def _books(status: Mapping[str, Any]) -> list[Sentence]:
    said = []
    audit = standing.mapping(status.get("pnl_audit"))
    if audit.get("ok") is False:
        found = audit.get("differences")
        why = str(found[0]) if isinstance(found, list) and found else "no detail is given"
        said.append((f"The profit audit does not agree: {why}.", "bad"))
    recon = standing.mapping(status.get("balance_recon"))
    if recon.get("ready") is True and recon.get("status") != "OK":
        drift = standing.mapping(recon.get("venue_minus_books")).items()
        by = ", ".join(f"{theme.exact(amount)} {asset}" for asset, amount in drift)
        said.append((f"Venue and books differ: venue minus books is {by or 'not known'}.", "bad"))
    if status.get("price_fresh") is False:
        said.append(("The price is stale; no entry is placed until a new one comes.", "warn"))
    return said


def _holds(status: Mapping[str, Any]) -> list[Sentence]:
    halted = standing.mode(status) == "HALTED"
    said, tone = ("Halted. " if halted else ""), ("bad" if halted else "warn")
    return [(f"{said}Hold {hold}. New entries wait.", tone) for hold in standing.holds(status)]


def _profile(status: Mapping[str, Any]) -> list[Sentence]:
    reload = standing.mapping(status.get("reload"))
    said = []
    if problem := reload.get("problem"):
        text = f"An edit of the profile was refused, the last good one is in force: {problem}"
        said.append((text, "warn"))
    pending = reload.get("pending")
    if isinstance(pending, list) and pending:
        keys = ", ".join(str(key) for key in pending)
        said.append((f"These edits wait for a restart of the desk: {keys}.", "warn"))
    return said


def _settings(status: Mapping[str, Any]) -> list[Sentence]:
    said = []
    for key, values in standing.mapping(status.get("rules_overrides")).items():
        both = standing.mapping(values)
        asked, used = theme.exact(both.get("profile")), theme.exact(both.get("in_force"))
        said.append(
            (f"{key} is {used} by an operator's command; the profile says {asked}.", "warn")
        )
    notices = standing.rows(status.get("settings_notices"))
    for notice in notices[:MOST_NOTICES]:
        facts = [str(notice.get(name) or "") for name in ("source", "problem", "outcome")]
        said.append((f"Setting {facts[0]}: {facts[1]}; {facts[2]}.", "warn"))
    if len(notices) > MOST_NOTICES:
        said.append((f"{len(notices) - MOST_NOTICES} more notices on settings.", "muted"))
    return said
