"""Train the regime's models as one task."""

from pathlib import Path
from typing import Any

import msgspec
from prefect import task
from prefect.cache_policies import NO_CACHE

from holdfast.wiring.training import TrainOptions, train_regime


@task(name="train", task_run_name="train-{profile}", cache_policy=NO_CACHE, persist_result=False)
def train_models(profile: str, data: str | None) -> list[dict[str, Any]]:
    """Train every candle length the profile reads; return what came of each."""
    file = Path(data) if data else None
    done = train_regime(TrainOptions(profile=profile, data=file))
    return [msgspec.to_builtins(one) for one in done]
