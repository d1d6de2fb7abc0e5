"""Messages to people: once, in time, through real apprise, and never at the desk's cost."""

import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "desk"))

from sinks import silent_listener, sink
from small_desk import House

from holdfast.clock import FixedClock, SystemClock
from holdfast.config.errors import ConfigError
from holdfast.config.relations import breaches
from holdfast.config.settings import Settings
from holdfast.desk import holds
from holdfast.desk.alerts.alarms import Alarms
from holdfast.desk.alerts.evaluator import Transition
from holdfast.desk.alerts.registry import BY_ALERT
from holdfast.desk.notify.admission import AGAIN_SECONDS, Admission
from holdfast.desk.notify.daily import DailySummary
from holdfast.desk.notify.messages import Message, about
from holdfast.desk.notify.notifier import open_notifier
from holdfast.desk.notify.outlet import Outlet
from holdfast.desk.status.counts import Counts
from holdfast.desk.tick import TickSummary

TICK = TickSummary(tick=1, over=False)
SECRET = "hunter2-" + "TEST_ONLY"
HOUR, DAY = 3_600_000_000, 86_400_000_000
ENOUGH = 10.0


def message(key="A", state="began", severity="warning", repeat=0):
    return Message(key=key, state=state, severity=severity, title=key, body=state, repeat=repeat)


def wait_for(wanted):
    deadline = time.monotonic() + ENOUGH
    while not wanted():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def opened(address, counts=None, **settings):
    asked = {"notify_enabled": True, "notify_urls": "secret://file/notify", **settings}
    return open_notifier(
        Settings(**asked), "paper", lambda _: address, counts or Counts(), SystemClock()
    )


def test_an_alert_on_a_real_desk_reaches_a_person_once_through_apprise():
    house = House(slots=1).ticks(1)
    with sink() as (port, came):
        notifier = opened(f"json://user:{SECRET}@127.0.0.1:{port}/x", house.tally.counts)
        notifier.start()
        alarms = Alarms(house.board, house.clock, tell=notifier, every=0.0)
        holds.put_up(house.desk, "venue", "maintenance")
        for _ in range(20):
            house.ticks(1)
            alarms(house.desk, TICK)
        wait_for(lambda: came)
        holds.take_down(house.desk, "venue", "over")
        house.ticks(1)
        alarms(house.desk, TICK)
        wait_for(lambda: len(came) == 2)
        notifier.stop()
    assert [one["title"] for one in came] == [
        "paper: DeskHeld began (warning)",
        "paper: DeskHeld is over (warning)",
    ]
    assert "docs/runbooks/alerts.md#deskheld" in came[0]["message"]
    assert came[0]["type"] == "warning"
    assert house.tally.counts.told()["notifications", "sent"] == 2


def test_an_address_that_hangs_never_slows_a_tick():
    house = House(slots=1).ticks(1)
    with silent_listener() as port:
        notifier = opened(f"json://127.0.0.1:{port}/?rto=30&cto=30", house.tally.counts)
        notifier.start()
        waited = 0.0
        for number in range(200):
            begun = time.perf_counter()
            notifier.say(message(f"K{number}", severity="critical"))
            waited = max(waited, time.perf_counter() - begun)
        house.ticks(5)
        assert waited < 0.5
        assert house.desk.tick_number >= 6
        begun = time.perf_counter()
        notifier.stop()
        assert time.perf_counter() - begun < 5
    told = house.tally.counts.told()
    assert ("notifications", "sent") not in told
    assert told["notifications", "limited"] == 170


def test_a_dead_address_holds_up_no_other_and_its_failure_says_no_secret(capsys):
    class Dead:
        def deliver(self, _):
            raise OSError(f"cannot reach https://bot:{SECRET}@example.org")

    class Good:
        def __init__(self):
            self.came = []

        def deliver(self, told):
            self.came.append(told.key)
            return True

    counts, good, clock = Counts(), Good(), SystemClock()
    outlets = [
        Outlet(number, target, admission(), counts, clock, pauses=(0.01, 0.01))
        for number, target in enumerate((Dead(), good), 1)
    ]
    for outlet in outlets:
        outlet.start()
        outlet.offer(message("One"))
    wait_for(lambda: counts.told().get(("notifications", "failed")))
    wait_for(lambda: good.came == ["One"])
    for outlet in outlets:
        outlet.stop(2)
    said = capsys.readouterr()
    assert "address 1 of notify_urls did not take One began" in said.out + said.err
    assert SECRET not in said.out + said.err


def test_what_did_not_arrive_may_be_said_again():
    class Flaky:
        def __init__(self):
            self.tries, self.up = 0, False

        def deliver(self, _):
            self.tries += 1
            return self.up

    counts, target = Counts(), Flaky()
    outlet = Outlet(1, target, admission(), counts, SystemClock(), pauses=(0.0, 0.0))
    outlet.start()
    outlet.offer(message())
    wait_for(lambda: counts.told().get(("notifications", "failed")))
    assert target.tries == 3
    target.up = True
    outlet.offer(message())
    wait_for(lambda: counts.told().get(("notifications", "sent")))
    outlet.offer(message())
    outlet.stop(2)
    assert target.tries == 4


def test_a_full_queue_drops_and_counts():
    counts = Counts()
    outlet = Outlet(1, None, admission(per_hour=9), counts, SystemClock(), queued=2)
    for number in range(5):
        outlet.offer(message(f"K{number}"))
    assert counts.told() == {("notifications", "dropped"): 3}


def test_the_refusal_of_a_bad_address_hides_it():
    with pytest.raises(ConfigError) as refused:
        opened(f"nonsense://{SECRET}")
    assert SECRET not in str(refused.value)
    assert "settings.notify_urls: address 1 is not one that apprise knows" in str(refused.value)


def test_nothing_is_opened_while_it_is_off():
    assert opened("json://127.0.0.1", notify_enabled=False) is None


def test_an_address_without_a_secret_is_taken_as_it_stands():
    with sink() as (port, came):
        notifier = open_notifier(
            Settings(notify_enabled=True, notify_urls=f"json://127.0.0.1:{port}"),
            "paper",
            pytest.fail,
            Counts(),
            SystemClock(),
        )
        notifier.start()
        notifier.say(message())
        wait_for(lambda: came)
        notifier.stop()
    assert came[0]["title"] == "A"


def admission(least="info", repeat=100.0, per_hour=3):
    return Admission(least=least, repeat=repeat, per_hour=per_hour)


def test_the_same_is_said_again_only_after_its_time():
    judge = admission(repeat=100).judge
    told = [judge(message(), at) for at in (0.0, 50.0, 99.9, 100.0)]
    assert told == ["send", "quiet", "quiet", "send"]
    assert judge(message(state="ended"), 100.0) == "send"
    own = [judge(message("B", severity="page", repeat=10), at) for at in (0.0, 9.9, 10.0)]
    assert own == ["send", "quiet", "send"]


@pytest.mark.parametrize(
    ("severity", "verdict"),
    [("info", "quiet"), ("warning", "send"), ("critical", "send"), ("page", "send")],
)
def test_what_is_too_mild_stays_unsaid(severity, verdict):
    assert admission(least="warning").judge(message(severity=severity), 0.0) == verdict


def test_a_flood_of_warnings_uses_up_nothing_of_what_is_critical():
    judge = admission(per_hour=2).judge
    assert [judge(message(f"W{n}"), 0.0) for n in range(3)] == ["send", "send", "limited"]
    critical = [judge(message(f"C{n}", severity="critical"), 0.0) for n in range(3)]
    assert critical == ["send", "send", "limited"]
    assert judge(message("W2"), AGAIN_SECONDS - 1) == "quiet"
    assert judge(message("W2"), 3_599.0) == "limited"
    assert judge(message("W2"), 3_599.0 + AGAIN_SECONDS) == "send"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 900), st.sampled_from("ABC"), st.sampled_from(["warning", "page"])
        ),
        max_size=120,
    )
)
def test_never_more_than_allowed_in_any_hour_and_never_twice_in_its_time(offers):
    gate, now, sent = admission(repeat=300, per_hour=4), 0, []
    for after, key, severity in offers:
        now += after
        if gate.judge(message(key, severity=severity), float(now)) == "send":
            sent.append((now, key, severity == "page"))
    for index, (at, key, urgent) in enumerate(sent):
        window = [one for one in sent[: index + 1] if one[2] is urgent and one[0] > at - 3_600]
        assert len(window) <= 4
        assert not [one for one in sent[:index] if one[1] == key and at - one[0] < 300]


def test_the_summary_comes_once_a_day_at_its_hour_and_not_because_of_a_restart():
    house = House(slots=2).ticks(50)
    clock, said = FixedClock(10 * DAY + 6 * HOUR), []

    def summary():
        return DailySummary("paper", 7, house.board, clock, said.append)

    hook = summary()
    hook(house.desk, TICK)
    assert said == []
    clock.sleep(3_600)
    hook(house.desk, TICK)
    hook(house.desk, TICK)
    assert len(said) == 1
    summary()(house.desk, TICK)
    assert len(said) == 1
    clock.sleep(86_400)
    hook(house.desk, TICK)
    assert [one.title for one in said] == ["paper: 1970-01-11", "paper: 1970-01-12"]
    assert "open orders 4, slots 2" in said[0].body
    assert Decimal(said[0].body.split("equity ")[1].split("\n")[0]) > 0


def test_a_summary_passes_the_threshold_and_repeats_the_day_after():
    told, gate = message("day", "summary", "info"), admission(least="page", repeat=240 * 60)
    assert [gate.judge(told, at) for at in (0.0, 60.0, 86_400.0)] == ["send", "quiet", "send"]


def test_a_message_says_what_began_and_what_to_do():
    told = about(Transition(BY_ALERT["OpenOrderDrift"], "began", "drift is 12"), "canary")
    assert told.title == "canary: OpenOrderDrift began (warning)"
    assert told.body.splitlines()[1:] == [
        "drift is 12",
        "What to do: docs/runbooks/alerts.md#openorderdrift",
    ]
    assert told.repeat == 1_800


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"notify_enabled": True}, "names no notify_urls"),
        ({"notify_urls": "https://hooks.example.org/T0/B0/x"}, "item 1 of notify_urls"),
        ({"notify_urls": "secret://a/b, json://u:p@host"}, "item 2 of notify_urls"),
        ({"notify_urls": "json://host?token=x"}, "item 1 of notify_urls"),
        ({"notify_urls": "secret://a/b,"}, "item 2 of notify_urls"),
        ({"chat_enabled": True, "chat_token": "secret://a/b"}, "no chat_allowed_users"),
        ({"chat_enabled": True, "chat_allowed_users": "5"}, "no chat_token"),
        ({"chat_allowed_users": "5, x"}, "not numbers of users"),
        ({"chat_allowed_users": "0"}, "not numbers of users"),
        ({"chat_allowed_users": "-5"}, "not numbers of users"),
        ({"chat_token": "123:abc"}, "not a secret reference"),
        ({"chat_base_url": "http://api.example.org"}, "not an address of a Bot API"),
        ({"chat_base_url": "https://u:p@api.example.org"}, "not an address of a Bot API"),
    ],
)
def test_a_profile_that_could_tell_a_secret_or_anyone_is_refused(changes, problem):
    values = dict(Settings(**changes))
    found = [breach.problem for breach in breaches(values)]
    assert any(problem in one for one in found), found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"notify_enabled": True, "notify_urls": "secret://file/telegram,json://127.0.0.1:9"},
        {"chat_enabled": True, "chat_token": "secret://a/b", "chat_allowed_users": "5, 6"},
        {"chat_base_url": "http://127.0.0.1:8081"},
    ],
)
def test_a_profile_that_keeps_its_secrets_is_taken(changes):
    keys = {key for breach in breaches(dict(Settings(**changes))) for key in breach.keys}
    assert not {key for key in keys if key.startswith(("notify", "chat"))}
