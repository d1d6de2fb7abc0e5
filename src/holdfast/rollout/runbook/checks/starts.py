"""Read from the published sessions how often the desk started and why it was stopped.

Rules: a deployment is a stop on purpose and the starts after it: unless a time was told, everything
since the last such stop belongs to it, or since the first start where there was none. Tables that are
behind the running desk are no evidence.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from holdfast.ledger.published import open_published
from holdfast.rollout.runbook.around import Around, NoAnswer, Reading
from holdfast.rollout.runbook.expect import judge_values
from holdfast.rollout.runbook.model import QUICK, Check, Compared, Since
from holdfast.rollout.runbook.target import Target
from holdfast.rollout.verdicts import Verdict

STATUS = Target("GET", "desk", "/api/status")


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of a ledger, oldest first, up to the one that runs."""

    sessions: Sequence[dict[str, Any]]

    @property
    def last_stop(self) -> dict[str, Any] | None:
        """Return the last session before this one that was ended on purpose."""
        ended = [one for one in self.sessions[:-1] if one["stopped_at"] is not None]
        return ended[-1] if ended else None

    @property
    def deployed_at(self) -> int:
        """Say when what runs now was deployed."""
        stop = self.last_stop
        return int(self.sessions[0]["started_at"] if stop is None else stop["stopped_at"])


def count_starts(check: Check, around: Around, keep: Sequence[str]) -> Reading:
    """Count the starts since a moment."""
    del keep
    history = sessions_of(around)
    asked = check.restarts.since if check.restarts is not None else "deploy"
    since = _since(around, asked, history)
    starts = [int(one["started_at"]) for one in history.sessions if one["started_at"] >= since]
    wanted = check.expect.number if check.expect is not None else None
    return Reading(
        verdict=Verdict.INCONCLUSIVE if wanted is None else judge_values(wanted, [len(starts)]),
        observed=f"{len(starts)} starts since then, epoch {history.sessions[-1]['epoch']}",
        artefact={"since": since, "starts": starts, "epoch": history.sessions[-1]["epoch"]},
    )


def look_at_stop(check: Check, around: Around, keep: Sequence[str]) -> Reading:
    """Look why the desk was last stopped on purpose."""
    del keep
    stop = sessions_of(around).last_stop
    if stop is None:
        return Reading(
            verdict=Verdict.INCONCLUSIVE, observed="the desk was never stopped on purpose"
        )
    wanted = check.last_stop or Compared(exists=True)
    return Reading(
        verdict=judge_values(wanted, [stop["stop_reason"]]),
        observed=f"the last stop was: {stop['stop_reason']}",
        artefact={"stopped_at": stop["stopped_at"], "reason": stop["stop_reason"]},
    )


def moment(around: Around, since: Since) -> int:
    """Say when a time that a runbook names was."""
    if since == "run" or around.since is not None:
        return _since(around, since, None)
    return _since(around, since, sessions_of(around))


def sessions_of(around: Around) -> History:
    """Read the sessions; raise NoAnswer where they do not reach up to the desk that runs."""
    status = around.services.ask(STATUS, QUICK).document()
    epoch = status.get("epoch") if isinstance(status, dict) else None
    if not isinstance(epoch, int):
        raise NoAnswer(Verdict.INCONCLUSIVE, "the status tells no epoch")
    table = open_published(around.published).table("sessions")
    rows = sorted(table.to_pylist(), key=lambda row: row["epoch"]) if table is not None else []
    if not rows or rows[-1]["epoch"] != epoch:
        raise NoAnswer(
            Verdict.INCONCLUSIVE, f"the published sessions do not reach epoch {epoch} yet"
        )
    return History(sessions=rows)


def _since(around: Around, asked: Since, history: History | None) -> int:
    if asked == "run":
        return around.began_at
    if around.since is not None:
        return around.since
    return around.began_at if history is None else history.deployed_at
