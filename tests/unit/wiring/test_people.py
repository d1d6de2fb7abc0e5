"""A desk, the people it tells and the people who ask it, joined as a live desk joins them."""

import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).parents[1] / "chat"))
sys.path.insert(0, str(Path(__file__).parents[1] / "notify"))

from bot_server import TOKEN, bot_server
from sinks import sink
from small_desk import House

from holdfast.clock import FixedClock, SystemClock
from holdfast.config.errors import ConfigError
from holdfast.desk import holds
from holdfast.desk.tick import TickSummary
from holdfast.domain.bookkeeping import AlertNoted, LedgerFounded
from holdfast.ledger.store import DuckDbLedger
from holdfast.wiring.people import People, PeopleParts, standing_alerts

TICK = TickSummary(tick=1, over=False)
FOUNDED = LedgerFounded(
    genesis="paper", env="paper", venue="paper", account="main", symbol="DOGE/USD"
)


def people(house, resolve=pytest.fail, clock=None, **more):
    options = {
        "profile": house.profile,
        "board": house.board,
        "inbox": house.inbox,
        "verbs": house.verbs,
        "counts": house.tally.counts,
        "clock": clock or SystemClock(),
        "changed": house.report.now,
        "resolve": resolve,
    }
    return People(PeopleParts(**(options | more)))


def with_settings(house, **changes):
    """Let a house's profile say more than the command line may."""
    settings = house.profile.settings.model_copy(update=changes)
    house.profile = replace(house.profile, settings=settings)
    return house


def test_a_desk_that_tells_nobody_still_judges_and_notes_its_alerts():
    house = House(slots=1).ticks(1)
    joined = people(house)
    with ExitStack() as stack:
        joined.open(stack)
        holds.put_up(house.desk, "venue", "maintenance")
        house.ticks(1)
        joined(house.desk, TICK)
    assert [note.name for note in house.notes("AlertNoted")] == ["DeskHeld"]


def test_alerts_summary_and_commands_of_one_desk_all_arrive():
    house = House(slots=2, candles=4_000).ticks(30)
    secrets = {"secret://file/bot": TOKEN}
    with bot_server() as bot, sink() as (port, came):
        secrets["secret://file/people"] = f"json://127.0.0.1:{port}"
        with_settings(
            house,
            notify_enabled=True,
            notify_urls="secret://file/people",
            daily_summary_hour_utc=7,
            chat_enabled=True,
            chat_token="secret://file/bot",  # noqa: S106 (a reference)
            chat_allowed_users="5",
            chat_base_url=f"http://127.0.0.1:{bot.port}",
            chat_poll_sec=1,
        )
        day = 24 * 3_600_000_000
        clock = FixedClock(20_000 * day + day // 4)
        joined = people(house, secrets.__getitem__, clock)
        with ExitStack() as stack:
            joined.open(stack)
            bot.write("/pause", at=clock.wall() // 1_000_000)
            deadline = time.monotonic() + 20
            while len(came) < 2 and time.monotonic() < deadline:
                house.inbox.drain(house.desk)
                house.ticks(1)
                joined(house.desk, TICK)
                clock.sleep(900)
                time.sleep(0.01)
            bot.wait(1)
        assert "paused" in bot.said[0][1]
        titles = {one["title"] for one in came}
        assert "paper DOGE/USD: DeskHeld began (warning)" in titles
        assert any(title.startswith("paper DOGE/USD: 2024-") for title in titles)


def test_a_reference_that_leads_nowhere_ends_the_start_and_not_the_desk_later():
    house = with_settings(House(slots=1), notify_enabled=True, notify_urls="secret://file/x")
    with pytest.raises(ConfigError, match="not one that apprise knows"):
        people(house, lambda _: "nonsense")


def test_what_stood_in_the_ledger_stands_on_and_ends(tmp_path):
    ledger = DuckDbLedger.open(
        tmp_path / "ledger.duckdb", clock=FixedClock(1), base="DOGE", quote="USD", found=FOUNDED
    )
    for name, state in (("DeskHeld", "began"), ("PriceStale", "began"), ("PriceStale", "ended")):
        ledger.commit(1, [AlertNoted(name=name, severity="warning", state=state, detail="")])
    ledger.project()
    cursor = ledger.cursor()
    stood = standing_alerts(cursor)
    cursor.close()
    ledger.close()
    assert stood == ("DeskHeld",)
    house = House(slots=1).ticks(1)
    joined = people(house, standing=stood)
    assert house.tally.counts.told()["alert_standing", "DeskHeld"] == 1
    joined(house.desk, TICK)
    assert [note.state for note in house.notes("AlertNoted")] == ["ended"]
    assert house.tally.counts.told()["alert_standing", "DeskHeld"] == 0
