"""Say what the row of a piece of evidence is."""

from typing import ClassVar

from holdfast.ledger.row import Row


class EvidenceRow(Row, kw_only=True):
    """One step of a drill or a runbook, as it was judged."""

    TABLE: ClassVar[str] = "evidence"
    seq: int
    market_time: int
    recorded_at: int
    kind: str
    name: str
    run: str
    step: str
    verdict: str
    expected: str
    observed: str
    artefact_sha: str
