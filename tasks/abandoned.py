"""Close the sessions that killed desks left open on the server.

A desk marks its sessions with a tag; what is open under it and not of this process was abandoned.
"""

from typing import Any
from uuid import UUID

from prefect import State, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import StateType
from prefect.runtime import flow_run
from prefect.states import Crashed

OWN_RUNS: set[UUID] = set()
DESK_TAG = "desk:"
ABANDONED = "the desk of this session was killed; the next one closed it"


async def close_abandoned() -> None:
    """Mark every open session of this desk that another process left as crashed."""
    mark = [tag for tag in flow_run.tags or () if tag.startswith(DESK_TAG)]
    if not mark:
        return
    open_runs = FlowRunFilter(
        tags=FlowRunFilterTags(all_=mark),
        state=FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.CANCELLING])
        ),
    )
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=open_runs):
            if run.id not in OWN_RUNS:
                ended: State[Any] = Crashed(message=ABANDONED)
                await client.set_flow_run_state(run.id, ended, force=True)
