"""Take evidence of drills and runbooks in, strictly, so that it can be noted in the ledger."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from holdfast.desk.control.verb_parameters import BadPayload, Parameter, read, shown
from holdfast.domain.bookkeeping import EvidenceNoted
from holdfast.rollout.verdicts import Verdict

KINDS = ("runbook", "drill")
VERDICTS = (*(verdict.value for verdict in Verdict), "none")


def _text(name: str, most: int, *, required: bool = True) -> Parameter:
    default = None if required else ""
    return Parameter(
        name=name, kind="text", help="", required=required, default=default, most=Decimal(most)
    )


PARAMETERS = (
    _text("kind", 16),
    _text("name", 64),
    _text("run", 128),
    _text("step", 160),
    _text("verdict", 16),
    _text("expected", 1000),
    _text("observed", 1000),
    _text("artefact_sha", 64, required=False),
)


def evidence_of(payload: Mapping[str, Any]) -> EvidenceNoted:
    """Read one row of evidence; raise BadPayload where it cannot be one."""
    given = read(PARAMETERS, payload)
    for name, allowed in (("kind", KINDS), ("verdict", VERDICTS)):
        if given[name] not in allowed:
            raise BadPayload(f"{name} {shown(given[name])} is none of {', '.join(allowed)}")
    for name in ("name", "run", "step"):
        if not given[name]:
            raise BadPayload(f"{name} is empty")
    return EvidenceNoted(**given)
