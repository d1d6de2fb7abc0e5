"""Keep the seat of a session inside its flow run: hear offers, watch the run, keep its page.

The seat comes in through a context variable, because a flow's parameters are written to the server.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from uuid import UUID

from prefect import State, get_client
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.client.schemas.objects import TERMINAL_STATES, StateType
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed

from holdfast.desk.bracket.seat import Offer, Seat
from tasks.abandoned import OWN_RUNS, close_abandoned
from tasks.pages import artifact_key

WATCH_SECONDS = 10.0
PAGE_SECONDS = 300.0
FAREWELL_SECONDS = 2.0
CANCELS = {StateType.CANCELLING, StateType.CANCELLED}

SEAT: ContextVar[Seat] = ContextVar("seat")


@contextlib.asynccontextmanager
async def seated(profile: str) -> AsyncIterator[AsyncIterator[Offer]]:
    """Take the seat, give its offers, and leave its page complete."""
    seat, loop = SEAT.get(), asyncio.get_running_loop()
    offers: asyncio.Queue[Offer | None] = asyncio.Queue()

    def hear(offer: Offer | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(offers.put_nowait, offer)

    OWN_RUNS.add(UUID(flow_run.id))
    with contextlib.suppress(Exception):
        await asyncio.wait_for(close_abandoned(), FAREWELL_SECONDS)
    page = await acreate_markdown_artifact(_page(seat), key=artifact_key("session", profile))
    chores = [asyncio.create_task(_watch(seat)), asyncio.create_task(_keep_page(seat, page))]
    seat.take(hear)
    try:
        yield _heard(offers)
    finally:
        for chore in chores:
            chore.cancel()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(_write_page(seat, page), FAREWELL_SECONDS)


def outcome() -> State[None]:
    """Say how the session ended."""
    seat = SEAT.get()
    if seat.stop_asked():
        return Cancelled(message="the desk stopped because this run was cancelled")
    return Completed(message=seat.farewell)


async def _heard(offers: asyncio.Queue[Offer | None]) -> AsyncIterator[Offer]:
    while (offer := await offers.get()) is not None:
        yield offer


async def _watch(seat: Seat) -> None:
    run = UUID(flow_run.id)
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        # While the server is away there is nobody to ask; the next look is soon enough.
        with contextlib.suppress(Exception):
            _heed(seat, await _standing(run))


def _heed(seat: Seat, standing: StateType | None) -> None:
    if standing in CANCELS:
        seat.ask_stop()
    elif standing is None or standing in TERMINAL_STATES:
        seat.leave("this run was closed elsewhere")


async def _standing(run: UUID) -> StateType | None:
    async with get_client() as client:
        try:
            return (await client.read_flow_run(run)).state_type
        except ObjectNotFound:
            return None


async def _keep_page(seat: Seat, page: UUID) -> None:
    while True:
        await asyncio.sleep(PAGE_SECONDS)
        with contextlib.suppress(Exception):
            await _write_page(seat, page)


async def _write_page(seat: Seat, page: UUID) -> None:
    async with get_client() as client:
        await client.update_artifact(page, ArtifactUpdate(data=_page(seat)))


def _page(seat: Seat) -> str:
    return seat.table.markdown(f"Session of {seat.profile}")
