"""Train the regime detector on the candles a desk kept; the desk takes the new version up by itself."""

from typing import Any

from prefect import flow

from tasks.regimes import train_models


@flow(name="train-regime", flow_run_name="train-regime-{profile}", persist_result=False)
def train_regime(profile: str = "paper", data: str | None = None) -> list[dict[str, Any]]:
    """Train a new version of each model of a profile."""
    return train_models(profile, data)
