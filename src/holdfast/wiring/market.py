"""Choose where a paper desk's candles come from, and make its venue."""

from datetime import UTC, datetime
from pathlib import Path

from holdfast.config.profile import Profile
from holdfast.desk.limits import UNLIMITED
from holdfast.domain.errors import DataError
from holdfast.domain.market import SECOND
from holdfast.domain.money import Instrument
from holdfast.telemetry import log
from holdfast.venue.candles import Feed, FileFeed
from holdfast.venue.files import load_candles
from holdfast.venue.journal import Journal
from holdfast.venue.market import GeneratedFeed
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.replay import opening_balances
from holdfast.wiring.rules import Policy, order_cap_of

GENERATED_FROM = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * SECOND


def feed_of(profile: Profile, instrument: Instrument) -> Feed:
    """Make the feed a profile asks for: its file, or the built-in market drawn from its seed."""
    settings = profile.settings
    if settings.market_source == "generator":
        return GeneratedFeed(
            settings.market_seed,
            settings.market_regime,
            settings.market_start_price,
            GENERATED_FROM,
            settings.candle_seconds,
            instrument.price_tick,
            step=instrument.size_step,
        )
    if settings.market_file is None:
        raise DataError("market_source is file, but market_file names none; do: name a file")
    loaded = load_candles(
        Path(settings.market_file),
        tick=instrument.price_tick,
        step=instrument.size_step,
        repair=settings.market_repair,
    )
    for line in loaded.report.lines():
        log.info(line)
    return FileFeed(loaded.candles)


def paper_venue(
    profile: Profile, policy: Policy, feed: Feed, journal: Journal | None
) -> PaperVenue:
    """Make the paper venue of a profile."""
    cap = order_cap_of(profile.settings, safe=False)
    return PaperVenue(
        policy.rules.instrument,
        feed,
        balances=opening_balances(profile, policy),
        participation=profile.settings.participation,
        open_order_cap=None if cap == UNLIMITED else cap,
        journal=journal,
    )


def first_time(feed: Feed) -> int:
    """Say when the next candle of a feed opens."""
    window = feed.window()
    return window.candles.at[window.start] if window.start < window.stop else 0
