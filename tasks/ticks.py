"""Record one tick of a running desk as a task run named after it."""

import asyncio
import contextlib
from typing import Any

import msgspec
from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import task_run
from prefect.states import Completed, Failed

from holdfast.desk.bracket.seat import Offer


@task(name="tick", task_run_name="tick-{number}", cache_policy=NO_CACHE, persist_result=False)
async def record_tick(number: int, offer: Offer) -> State[Any]:
    """Open the record, let the desk run its tick, and close it with what the tick did."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def tell() -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(over.set)

    if not offer.open(str(task_run.id), tell):
        return Completed(name="Missed", message=f"tick {number} was run before this record opened")
    await over.wait()
    if offer.summary is None:
        return Failed(message=offer.sentence())
    return Completed(message=offer.sentence(), data=msgspec.to_builtins(offer.summary))
