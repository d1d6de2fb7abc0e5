"""Join all families of knobs into the one catalogue the product reads.

Rules: a knob is declared once, in its family; this file only joins. Read values as attributes
(`settings.pair_entry_pct`); what is known *about* a knob is in `holdfast.config.catalogue`.
"""

from holdfast.config.families.account import AccountKnobs
from holdfast.config.families.alerts import AlertsKnobs
from holdfast.config.families.allocation import AllocationKnobs
from holdfast.config.families.capacity import CapacityKnobs
from holdfast.config.families.churner import ChurnerKnobs
from holdfast.config.families.desk import DeskKnobs
from holdfast.config.families.exchange import ExchangeKnobs
from holdfast.config.families.execution import ExecutionKnobs
from holdfast.config.families.grid import GridKnobs
from holdfast.config.families.healing import HealingKnobs
from holdfast.config.families.hmm import HmmKnobs
from holdfast.config.families.market import MarketKnobs
from holdfast.config.families.momentum import MomentumKnobs
from holdfast.config.families.rebalance import RebalanceKnobs
from holdfast.config.families.recovery import RecoveryKnobs
from holdfast.config.families.regime import RegimeKnobs
from holdfast.config.families.release import ReleaseKnobs
from holdfast.config.families.safety import SafetyKnobs
from holdfast.config.families.signals import SignalKnobs
from holdfast.config.families.sizing import SizingKnobs
from holdfast.config.families.sticky import StickyKnobs
from holdfast.config.families.throughput import ThroughputKnobs
from holdfast.config.knob import Knobs

FAMILIES: dict[str, type[Knobs]] = {
    "grid": GridKnobs,
    "recovery": RecoveryKnobs,
    "sizing": SizingKnobs,
    "sticky": StickyKnobs,
    "capacity": CapacityKnobs,
    "market": MarketKnobs,
    "desk": DeskKnobs,
    "release": ReleaseKnobs,
    "momentum": MomentumKnobs,
    "regime": RegimeKnobs,
    "hmm": HmmKnobs,
    "healing": HealingKnobs,
    "churner": ChurnerKnobs,
    "throughput": ThroughputKnobs,
    "allocation": AllocationKnobs,
    "rebalance": RebalanceKnobs,
    "exchange": ExchangeKnobs,
    "execution": ExecutionKnobs,
    "safety": SafetyKnobs,
    "account": AccountKnobs,
    "signals": SignalKnobs,
    "alerts": AlertsKnobs,
}


class Settings(
    GridKnobs,
    RecoveryKnobs,
    SizingKnobs,
    StickyKnobs,
    CapacityKnobs,
    MarketKnobs,
    DeskKnobs,
    ReleaseKnobs,
    MomentumKnobs,
    RegimeKnobs,
    HmmKnobs,
    HealingKnobs,
    ChurnerKnobs,
    ThroughputKnobs,
    AllocationKnobs,
    RebalanceKnobs,
    ExchangeKnobs,
    ExecutionKnobs,
    SafetyKnobs,
    AccountKnobs,
    SignalKnobs,
    AlertsKnobs,
):
    """Every knob of the product, flat and frozen."""
