"""Make the candles and the grid that every engine of the benchmark runs.

Rules: one seed gives one list of candles; a shorter run takes the first candles of the same list, so
whoever asks for the same count sees the same market; the file kept beside the environments is only a
cache and may be deleted at any time.

The market is a log price pulled back to its mean with normal noise and rare jumps, six looks a minute,
rounded to the price tick. The grid is two legs a slot: an entry at the slot's offset from the price, then
an exit one profit target away, then an entry again, all at limit prices that pay the maker fee.
"""

import hashlib
import os
from itertools import accumulate
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEED = 20251
MAKER_FEE = 0.0025
TAKER_FEE = 0.004
PROFIT = 0.01
SIZE = 100.0
PRICE_TICK = 0.000001
FIRST_OFFSET = 0.002
SPACING = 0.0005
SPACED_SLOTS = 80

MINUTES_A_DAY = 1440
LOOKS_A_MINUTE = 6
MEAN_PRICE = 0.17
NOISE_A_MINUTE = 0.0012
PULL_DAYS = 2.0
JUMPS_A_DAY = 2.0
JUMP_SIZE = 0.015
START_SECONDS = 1_704_067_200
MINUTE_MICROSECONDS = 60_000_000

SHORT_DAYS = 30
LONG_DAYS = 365
MOST_CANDLES = LONG_DAYS * MINUTES_A_DAY

ROOT = Path(__file__).resolve().parents[1]
FOLDER_VARIABLE = "HOLDFAST_BENCH_DIR"

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Candles(NamedTuple):
    """Candles as columns; `times` are the openings in microseconds UTC."""

    times: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats


def folder() -> Path:
    """Say where candles and peer environments are kept between runs."""
    return Path(os.environ.get(FOLDER_VARIABLE) or ROOT / "var" / "bench")


def offsets(slots: int) -> Floats:
    """Say how far from the price each slot enters, as a fraction."""
    return np.asarray(FIRST_OFFSET + (np.arange(slots) % SPACED_SLOTS) * SPACING, np.float64)


def generate(days: int) -> Candles:
    """Draw the market of `days` whole days from the seed."""
    looks = _looks(days * MINUTES_A_DAY * LOOKS_A_MINUTE).reshape(-1, LOOKS_A_MINUTE)
    close = looks[:, -1].copy()
    opening = np.concatenate([looks[:1, 0], close[:-1]])
    high = np.maximum(looks.max(axis=1), opening)
    low = np.minimum(looks.min(axis=1), opening)
    minutes = np.arange(len(close), dtype=np.int64)
    times = START_SECONDS * 1_000_000 + MINUTE_MICROSECONDS * minutes
    return Candles(times, opening, high, low, close)


def load(count: int) -> Candles:
    """Give the first `count` candles, from the kept file when there is one."""
    if not 1 <= count <= MOST_CANDLES:
        message = f"candles must be between 1 and {MOST_CANDLES}, not {count}"
        raise ValueError(message)
    days = SHORT_DAYS if count <= SHORT_DAYS * MINUTES_A_DAY else LONG_DAYS
    path = folder() / f"candles-{_recipe()}-{days}d.npz"
    if path.exists():
        with np.load(path) as kept:
            candles = Candles(*(kept[name] for name in Candles._fields))
    else:
        candles = generate(days)
        _keep(candles, path)
    return Candles._make(column[:count] for column in candles)


def path_prices(candles: Candles) -> Floats:
    """Walk each candle: open, the nearer extreme, the other extreme, close."""
    _, opening, high, low, close = candles
    high_first = np.abs(high - opening) < np.abs(opening - low)
    nearer = np.where(high_first, high, low)
    farther = np.where(high_first, low, high)
    return np.stack([opening, nearer, farther, close], axis=1)


def digest(candles: Candles) -> str:
    """Name the candles by their content, so that two processes can prove they saw the same."""
    content = hashlib.sha256()
    for column in candles:
        content.update(np.ascontiguousarray(column).tobytes())
    return content.hexdigest()[:12]


def _recipe() -> str:
    recipe = (SEED, MEAN_PRICE, NOISE_A_MINUTE, PULL_DAYS, JUMPS_A_DAY, JUMP_SIZE, START_SECONDS)
    return hashlib.sha256(repr(recipe).encode()).hexdigest()[:8]


def _looks(count: int) -> Floats:
    draw = np.random.default_rng(SEED)
    looks_a_day = MINUTES_A_DAY * LOOKS_A_MINUTE
    noise = draw.standard_normal(count) * (NOISE_A_MINUTE / np.sqrt(LOOKS_A_MINUTE))
    jumps = (draw.random(count) < JUMPS_A_DAY / looks_a_day) * draw.normal(0, JUMP_SIZE, count)
    pull = 1.0 / (looks_a_day * PULL_DAYS)
    shocks = (noise + jumps).tolist()
    levels = accumulate(shocks, lambda level, shock: level + (shock - pull * level), initial=0.0)
    next(levels)
    return np.round(MEAN_PRICE * np.exp(np.fromiter(levels, np.float64, count)), 6)


def _keep(candles: Candles, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as part:
        np.savez(part, **candles._asdict())
    Path(part.name).replace(path)
