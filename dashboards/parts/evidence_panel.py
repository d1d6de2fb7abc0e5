"""Show what drills and runbooks proved, step by step."""

from dashboards import safety_queries, theme, words
from dashboards.parts import markup
from dashboards.parts.empty_state import nothing
from dashboards.parts.markup import Cell, Column
from dashboards.queries import Data


def evidence(data: Data) -> None:
    """List the newest judged steps."""
    frame = safety_queries.evidence(data)
    markup.title("Evidence of runbooks and drills", "newest first")
    if frame.empty:
        nothing("No step of a runbook or a drill has been judged here yet.")
        return
    columns = (
        *(Column("when"), Column("kind"), Column("name"), Column("run"), Column("step")),
        *(Column("verdict"), Column("expected"), Column("observed")),
    )
    rows: list[list[Cell | str]] = [
        [
            theme.moment(row["at"], data.zone),
            *(str(row[name]) for name in ("kind", "name", "run", "step")),
            Cell(str(row["verdict"]), words.EVIDENCE.get(str(row["verdict"]), "warn")),
            str(row["expected"]),
            str(row["observed"]),
        ]
        for row in frame.to_dict("records")
    ]
    markup.table(columns, rows, wrap=True)
