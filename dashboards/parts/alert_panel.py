"""Show alerts: those that stand, then those that are over, each with the page that helps."""

from dashboards import safety_queries, theme, words
from dashboards.parts import ages, markup, sentences
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data

MOST_PAST = 40


def alerts_that_stand(data: Data) -> None:
    """List the alerts that stand, the worst first."""
    found = sentences.standing_alerts(data)
    markup.title("Standing", "the worst first")
    if not found:
        markup.notice("No alert stands.", "good")
        return
    columns = (Column("alert"), Column("severity"), Column("for"), Column("since"))
    told: list[list[Cell | str]] = [
        [
            str(row["name"]),
            _severity(str(row["severity"])),
            ages.of_machine(data, row["began_at"]),
            theme.moment(row["began_at"], data.zone),
            str(row["detail"]),
            words.runbook(str(row["name"])),
        ]
        for row in found
    ]
    markup.table((*columns, Column("what is seen"), Column("runbook")), told, wrap=True)


def alerts_that_ended(data: Data) -> None:
    """List the alerts that are over, the newest first."""
    alerts = safety_queries.alerts(data)
    rows = alerts[alerts["ended_seq"].notna()].head(MOST_PAST)
    markup.title("Over", "newest first")
    if rows.empty:
        nothing("None has ended yet.")
        return
    columns = (Column("alert"), Column("severity"), Column("began"), Column("stood for"))
    told: list[list[Cell | str]] = [
        [
            str(row["name"]),
            _severity(str(row["severity"])),
            theme.moment(row["began_at"], data.zone),
            theme.age((row["ended_at"] - row["began_at"]) / theme.MICRO),
            str(row["detail"]),
        ]
        for row in rows.to_dict("records")
    ]
    markup.table((*columns, Column("what was seen")), told, wrap=True)


def _severity(name: str) -> Cell:
    return Cell(name, words.SEVERITIES.get(name, "warn"))
