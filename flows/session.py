"""Record a desk's session in Prefect; `python -m flows.session --profile P` runs the desk itself.

The desk owns the main thread, the signals and the ledger. Sessions live in daemon threads, each with
its own event loop; when the desk has closed its ledger the process waits at most five seconds more.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from prefect import State, flow, tags

from holdfast.cli.app import PERSON, exit_code_of
from holdfast.desk.bracket.seat import Seat
from holdfast.desk.bracket.session import bracket_of
from holdfast.desk.loop import EXIT_SECONDS
from holdfast.disk import words_of
from holdfast.domain.errors import HoldfastError
from holdfast.redaction.redactor import REDACTOR
from holdfast.telemetry import configure, log
from holdfast.wiring.live import parse, run_desk
from tasks.profiles import desk_tag, profile_of
from tasks.server import api_url, recorder
from tasks.sessions import SEAT, outcome, seated
from tasks.ticks import record_tick


@flow(name="session", flow_run_name="session-{profile}", persist_result=False)
async def session(profile: str) -> State[Any]:
    """Record the ticks of a desk until it stops, or until the next session takes over."""
    async with seated(profile) as offers:
        async for offer in offers:
            await record_tick(offer.number, offer)
    return outcome()


def sit(seat: Seat) -> None:
    """Run one session, in the thread this is called in."""
    SEAT.set(seat)
    asyncio.run(_sit(seat.profile))


async def _sit(profile: str) -> None:
    with tags(desk_tag(profile)):
        await session(profile, return_state=True)


def run(argv: Sequence[str]) -> int:
    """Run a desk under an orchestrator; return the exit code of the process."""
    try:
        options = parse(argv)
        orchestrator = bracket_of(profile_of(options), recorder(api_url(), sit))
        try:
            return run_desk(options, orchestrator)
        finally:  # a desk that failed leaves its session open
            orchestrator.close(EXIT_SECONDS)
    except HoldfastError as error:
        sys.stderr.write(REDACTOR.text(f"holdfast: {error}\n"))
        return exit_code_of(error)
    except OSError as error:
        words = words_of(error)
        if not words:
            raise
        sys.stderr.write(REDACTOR.text(f"holdfast: {words}\n"))
        return PERSON


def main() -> NoReturn:
    """Run, and leave without waiting for anything Prefect would still like to send."""
    configure()
    # One line a tick belongs into the ledger, not into Prefect's log table.
    logging.getLogger("prefect.task_runs").setLevel(logging.WARNING)
    code = 1
    try:
        code = run(sys.argv[1:])
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else 1
    except BaseException:  # noqa: BLE001 (said in full, then the process ends)
        log.exception("the desk failed")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
