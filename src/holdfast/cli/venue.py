"""Run and look at venues from the command line: the group `venue`."""

from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from holdfast.cli.venue_check import check
from holdfast.clock import SystemClock
from holdfast.domain.errors import VenueError
from holdfast.venue.emulator.clock import ClockSettings
from holdfast.venue.emulator.keys import ApiKey, make_test_key
from holdfast.venue.emulator.opening import LOCK_STEP_ORIGIN, found, read_starts
from holdfast.venue.emulator.paths import MarketSettings
from holdfast.venue.emulator.server import ADDRESS, Opening, ReadPlan, serve, write_private
from holdfast.venue.market import Regime

CANDLES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
FASTEST = Decimal(100_000)


def register(app: typer.Typer) -> None:
    """Add the group `venue` to an application."""
    group = typer.Typer(help="Run and look at venues.", no_args_is_help=True)
    group.command("serve")(serve_exchange)
    group.command("check")(check)
    app.add_typer(group, name="venue")


def serve_exchange(
    state: Annotated[Path, typer.Option("--state", help="Folder of its memory.")],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Preferred port; 0 takes any.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same market.")] = 7,
    regime: Annotated[Regime, typer.Option(help="What the market plays.")] = "mixed",
    speed: Annotated[str, typer.Option(help="Virtual seconds a second.")] = "1",
    lock_step: Annotated[
        bool, typer.Option("--lock-step", help="Time moves only when the administrator moves it.")
    ] = False,
    candle_seconds: Annotated[int, typer.Option(help="Length of a candle.")] = 60,
    participation: Annotated[str, typer.Option(help="Share of the volume that is ours.")] = "0.25",
    tier: Annotated[
        Literal["starter", "intermediate", "pro"], typer.Option(help="Limits of the account.")
    ] = "pro",
    balance: Annotated[
        list[str] | None, typer.Option("--balance", help="Opening balance, as in USD=1000.")
    ] = None,
    price: Annotated[
        list[str] | None, typer.Option("--price", help="First price, as in DOGE/USD=0.25.")
    ] = None,
    faults: Annotated[Path | None, typer.Option("--faults", help="Fault plan, YAML.")] = None,
    keys: Annotated[Path | None, typer.Option("--keys", help="API keys, YAML or JSON.")] = None,
    lifeline: Annotated[
        bool, typer.Option("--lifeline", help="Stop when standard input ends.")
    ] = False,
) -> None:
    """Serve an exchange that speaks Kraken's spot REST protocol, on this machine only.

    What it is (seed, regime, clock, tier, balances) is decided when its folder is new; later starts
    go on from there. Without --keys it takes one test key, written beside its memory.

    Example: `holdfast venue serve --state var/exchange --balance USD=1000 --balance DOGE=10000`
    """
    machine = SystemClock()
    if candle_seconds not in CANDLES:
        raise VenueError(
            f"--candle-seconds {candle_seconds} does not divide a minute; "
            f"allowed: {', '.join(map(str, CANDLES))}"
        )
    started = machine.wall()
    origin = LOCK_STEP_ORIGIN if lock_step else started
    market = MarketSettings(
        seed=seed,
        regime=regime,
        origin=origin,
        candle_seconds=candle_seconds,
        participation=_amount("--participation", participation, Decimal(1)),
        starts=read_starts(price or []),
    )
    clock = ClockSettings(
        origin=origin,
        started=started,
        speed=_amount("--speed", speed, FASTEST),
        lock_step=lock_step,
    )
    founding = found(market, clock, tier, balance or [])
    plan = None if faults is None else _plan(faults, origin)
    known = _test_keys(state) if keys is None else _keys(keys)
    running = serve(Opening(state, port, founding, known, plan, lifeline), machine)
    address = next(running)
    typer.echo(f"exchange at {address.url} (process {address.pid}); see {state / ADDRESS}")
    next(running, None)


def _plan(file: Path, origin: int) -> ReadPlan:
    # here and below: reading files costs half of a start, and most starts read none
    from holdfast.wiring.emulating import read_plan_file  # noqa: PLC0415

    read_plan_file(file, origin, origin)  # a file that cannot be read opens nothing
    return partial(read_plan_file, file)


def _keys(file: Path) -> dict[str, ApiKey]:
    from holdfast.wiring.emulating import read_keys_file  # noqa: PLC0415

    return read_keys_file(file)


def _test_keys(state: Path) -> dict[str, ApiKey]:
    key = make_test_key()
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(state / "api_key", key.key.encode())
    write_private(state / "api_secret", key.secret.encode())
    return {key.key: key}


def _amount(name: str, text: str, most: Decimal) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= most:
        raise VenueError(f"{name} {text[:40]!r} does not fit; allowed: above 0, up to {most}")
    return amount
