"""Say what a profile may do and should think twice about; nothing here is refused.

A profile with drift wider or tighter than the rollout's band is legal: the gate then trips too late,
or at every rounding.
"""

from decimal import Decimal
from pathlib import Path

from holdfast.config.errors import ConfigError
from holdfast.config.loader import load_profile
from holdfast.config.settings import Settings

DRIFT = Decimal(1), Decimal(2)


def hints(path: Path) -> list[str]:
    """List what a profile's file should think twice about; one with faults is told elsewhere."""
    if path.parent.name == "tracks":
        return []
    try:
        profile = load_profile(path, profiles=path.parent, environ={}, overrides={})
    except ConfigError:
        return []
    return [f"{path.name}: {hint}" for hint in of_settings(profile.settings)]


def of_settings(settings: Settings) -> list[str]:
    """List what settings should think twice about."""
    found, drift = [], settings.balance_recon_drift_pct
    if not DRIFT[0] <= drift <= DRIFT[1]:
        found.append(
            f"balance_recon_drift_pct {drift} lies outside of {DRIFT[0]}-{DRIFT[1]}; "
            "a release is stopped too late above it, by roundings below it"
        )
    return found
