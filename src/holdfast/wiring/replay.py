"""Join a desk for replay: paper venue without a journal, a ledger in memory, a clock that stands."""

from decimal import Decimal

from holdfast.clock import FixedClock
from holdfast.config.profile import Profile
from holdfast.desk.desk import Desk
from holdfast.desk.limits import UNLIMITED
from holdfast.desk.regime.detector import Found
from holdfast.desk.startup import StartPlan, start
from holdfast.domain.market import SECOND
from holdfast.ledger.memory import MemoryLedger
from holdfast.ledger.port import Ledger
from holdfast.venue.candles import Candles, FileFeed
from holdfast.venue.paper import PaperVenue
from holdfast.wiring.releases import release_by
from holdfast.wiring.rules import Policy, order_cap_of, policy_of
from holdfast.wiring.sighting import seat_replay
from holdfast.wiring.sizing import shape_replay

GENESIS = "paper"


def opening_balances(profile: Profile, policy: Policy) -> dict[str, Decimal]:
    """Say what a paper account starts with: so much a slot, so that any number stays funded."""
    settings, instrument = profile.settings, policy.rules.instrument
    return {
        instrument.base: settings.opening_base_per_slot * policy.slots,
        instrument.quote: settings.opening_quote_per_slot * policy.slots,
    }


def replay_desk(
    profile: Profile, candles: Candles, ledger: Ledger | None = None, found: Found | None = None
) -> tuple[Desk, PaperVenue]:
    """Make a started desk over candles, and its venue; models are the runtime's unless others are `found`."""
    policy = policy_of(profile, GENESIS)
    instrument = policy.rules.instrument
    cap = order_cap_of(profile.settings, safe=False)
    venue = PaperVenue(
        instrument,
        FileFeed(candles),
        balances=opening_balances(profile, policy),
        participation=profile.settings.participation,
        open_order_cap=None if cap == UNLIMITED else cap,
    )
    first = candles.at[0] if len(candles) else 0
    desk = Desk(
        rules=policy.rules,
        sizing=policy.sizing,
        limits=policy.limits,
        venue=venue,
        ledger=ledger or MemoryLedger(instrument.base, instrument.quote, GENESIS),
        clock=FixedClock(first + 60 * SECOND),
    )
    seat_replay(desk, profile, candles, found)
    shape_replay(desk, profile.settings)
    start(
        desk,
        StartPlan(
            at=first,
            slots=policy.slots,
            sticky=policy.sticky,
            may_cycle=policy.may_cycle,
            profile=profile.name,
            pid=0,
            build="replay",
        ),
    )
    release_by(desk, profile)
    return desk, venue
