"""Spell out the emulated exchange a desk of `exchange_url: emulator` trades on.

Rules: its memory lies in the runtime's folder and outlives `up`; a start after a death takes the same
folder and the same port; it ends by itself when `up` is gone, and is stopped after the desk.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from holdfast.config.profile import Profile
from holdfast.supervise.control import answers
from holdfast.supervise.ports import LOOPBACK
from holdfast.supervise.spec import ChildSpec

EXCHANGE = "exchange"
EMULATOR = "emulator"
BAD_CONFIGURATION = 2
LAST_WAVE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePlan:
    """An exchange that is to run: where it listens, and what it is founded as."""

    port: int
    options: tuple[str, ...]

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://{LOOPBACK}:{self.port}"


def exchange_plan(profile: Profile, take: Callable[[str, int], int]) -> ExchangePlan | None:
    """Plan the exchange a profile asks for, None where it trades elsewhere; `take` claims a port."""
    settings = profile.settings
    if settings.exchange_url != EMULATOR:
        return None
    lock_step = settings.clock_source == "venue"
    founding = {
        "--seed": settings.market_seed,
        "--regime": settings.market_regime,
        "--candle-seconds": settings.candle_seconds,
        "--participation": settings.participation,
        "--tier": settings.open_order_cap,
    }
    words = [word for name, value in founding.items() for word in (name, str(value))]
    base, _, quote = profile.symbol.partition("/")
    opening = {base: settings.opening_base_per_slot, quote: settings.opening_quote_per_slot}
    for asset, each in opening.items():
        if each:
            words += ["--balance", f"{asset}={each * settings.slots:f}"]
    return ExchangePlan(
        port=take("the exchange", settings.exchange_port),
        options=(*words, *(("--lock-step",) if lock_step else ())),
    )


def exchange_child(
    plan: ExchangePlan,
    home: Path,
    folder: Path,
    environ: Mapping[str, str],
    client: httpx.AsyncClient,
) -> ChildSpec:
    """Spell the exchange of a runtime's folder as a child."""
    serve = ("venue", "serve", "--state", str(folder / EXCHANGE), "--port", str(plan.port))
    return ChildSpec(
        name=EXCHANGE,
        command=(sys.executable, "-m", "holdfast", *serve, "--lifeline", *plan.options),
        folder=home,
        log=folder / "logs" / f"{EXCHANGE}.log",
        environ=environ,
        probe=answers(client, f"{plan.url}/emulator/health"),
        lifeline=True,
        patience=10.0,
        wave=LAST_WAVE,
        final=frozenset({BAD_CONFIGURATION}),
    )
