"""Say at start-up what is in force, one line a family, with the origin of what is not a default."""

from collections.abc import Mapping
from types import MappingProxyType

from holdfast.config.catalogue import CATALOGUE
from holdfast.config.profile import Profile

SUMMARY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sticky": (
            "sticky_",
            "s1_orphan",
            "s2_orphan",
            "recovery_",
            "max_recovery",
            "open_order_s",
        ),
        "release": ("release_", "stuck_min", "balance_recon"),
        "momentum and regime": ("momentum_", "regime_", "hmm_enabled", "auto_repair"),
        "sizing": ("order_size", "sticky_compounding", "entry_floor", "maker_fee", "taker_fee"),
        "ledger": ("position_",),
        "subsidy": ("subsidy_",),
        "churner": ("churner_",),
        "bands": ("age_",),
    }
)


def start_up_summary(profile: Profile) -> list[str]:
    """Write one line for each family of knobs an operator asks about."""
    return [f"{family}: {_line(profile, prefixes)}" for family, prefixes in SUMMARY.items()]


def _line(profile: Profile, prefixes: tuple[str, ...]) -> str:
    keys = [key for key in CATALOGUE if key.startswith(prefixes)]
    return ", ".join(_value(profile, key) for key in keys)


def _value(profile: Profile, key: str) -> str:
    origin = profile.origins[key][-1]
    where = "default" if origin.layer == "default" else origin.where
    return f"{key}={origin.value or 'none'} ({where})"
