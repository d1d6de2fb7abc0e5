"""Say a replay in twelve figures: what `holdfast replay --json` prints.

Money is text with all its digits; `accounts_sum` is the sum over all accounts of each asset, and must
be 0; `seconds` is the drive alone: matching, decisions, events and hash.
"""

import resource
import sys
from decimal import Decimal
from typing import Any

from holdfast.engine.accounts import Accounts
from holdfast.replay.report import Report

_KIB, _MIB = 1 << 10, 1 << 20


def result_of(report: Report, accounts: Accounts, seconds: float) -> dict[str, Any]:
    """Pick the figures; the keys are a contract with programs."""
    return {
        "candles": report.candles,
        "seconds": round(seconds, 6),
        "candles_per_second": round(report.candles / seconds, 1) if seconds else 0.0,
        "order_events": report.order_events,
        "fills": report.totals["fills"],
        "cycles": report.totals["cycles"],
        "net_profit": plain(Decimal(report.totals["net_profit"])),
        "fees": plain(Decimal(report.totals["fees"])),
        "open_exits": report.totals["open_exits"],
        "accounts_sum": {asset: plain(total) for asset, total in accounts.sums().items()},
        "invariant_breaches": report.invariant_breaches,
        "event_hash": report.event_hash,
        "peak_rss_mb": peak_rss_mb(),
    }


def plain(amount: Decimal) -> str:
    """Write an amount with all its digits and no exponent."""
    return f"{amount.normalize():f}" if amount else "0"


def peak_rss_mb() -> float:
    """Say the most memory this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (_MIB if sys.platform == "darwin" else _KIB), 1)
