"""A desk's execution mode as its profile describes it."""

from decimal import Decimal

import pytest

from holdfast.clock import FixedClock
from holdfast.config.loader import load_profile
from holdfast.domain.intents import CancelOrder
from holdfast.domain.slots import Role
from holdfast.ledger.paths import runtime
from holdfast.safety.mode_store_file import FileModeStore
from holdfast.safety.mode_store_redis import RedisModeStore
from holdfast.safety.reader import DeskFacts
from holdfast.safety.snapshot import snapshot
from holdfast.wiring.modes import open_mode, rules_of, store_of, terms

PAGE = "env: paper\nvenue: paper\nsymbol: BTC/USD\nsettings:\n"


class NoOrders:
    def role(self, _):
        return None

    def exit_size(self, _):
        return Decimal(0)


@pytest.fixture
def load(tmp_path):
    def loaded(settings=""):
        (tmp_path / "mine.yaml").write_text(PAGE + "  slots: 4\n" + settings, "utf-8")
        return load_profile("mine", profiles=tmp_path, environ={}, overrides={})

    return loaded


def test_the_defaults_are_those_of_the_contract(load):
    rules = rules_of(load())
    told = (rules.arm_reads, rules.arm_min_span_s, rules.read_interval_s, rules.max_read_age_s)
    assert told == (3, 10, 5, 15)
    assert (rules.live_lease_s, rules.renew_after_s, rules.permit_ttl_s) == (900, 300, 3)
    assert (rules.read_timeout_s, rules.flap_changes, rules.flap_window_s) == (2, 2, 600)
    assert (rules.env, rules.most) == ("paper", "DRY")


def test_a_profile_sets_each_of_them(load):
    text = "  execution_mode: CANARY_LIVE\n  live_arm_reads: 5\n  live_arm_min_span_s: 30\n"
    text += "  live_read_interval_s: 10\n  live_max_read_age_s: 20\n  live_lease_s: 60\n"
    text += "  live_permit_ttl_s: 1\n  live_read_timeout_s: 4\n"
    rules = rules_of(load(text))
    assert (rules.most, rules.arm_reads, rules.arm_min_span_s) == ("CANARY_LIVE", 5, 30)
    assert (rules.read_interval_s, rules.max_read_age_s, rules.live_lease_s) == (10, 20, 60)
    assert (rules.permit_ttl_s, rules.read_timeout_s) == (1, 4)


def test_the_store_is_a_file_unless_the_profile_names_a_server(load, tmp_path):
    place, clock = runtime("mine", tmp_path), FixedClock()
    kept = store_of(load(), place, clock)
    assert isinstance(kept, FileModeStore)
    assert kept.path == place.folder / "mode.json"
    url = "  mode_store: redis\n  mode_store_url: redis://127.0.0.1:1/0\n"
    remote = store_of(load(url), place, clock)
    assert isinstance(remote, RedisModeStore)
    assert remote.key == "holdfast:paper:mine:mode"
    shared = store_of(load(url + "  mode_account: fleet\n"), place, clock)
    assert isinstance(shared, RedisModeStore)
    assert shared.key == "holdfast:paper:fleet:mode"


def test_a_desk_starts_in_boot_and_goes_to_dry_without_any_record(load, tmp_path):
    clock = FixedClock(1_790_000_000_000_000)
    parts = open_mode(load, runtime("mine", tmp_path), clock, NoOrders())
    parts.reader.booted()
    notes = parts.reader.tick(DeskFacts(open_orders=0, unmet=()))
    assert [(note.before, note.after) for note in notes] == [("BOOT", "DRY")]
    assert snapshot(parts.execution).read_failures == {"missing": 1}
    cancel = CancelOrder(client_order_id="x", role=Role.ENTRY)
    assert parts.boundary.refusal(cancel, Decimal(0)) == "mode_dry"
    assert parts.boundary.simulation_refusal() == ""


def test_a_permit_is_for_the_profiles_market_and_nothing_by_default(load):
    found = terms(load())
    assert (found.tenant, found.symbol, found.max_notional, found.symbols) == (
        "mine",
        "BTC/USD",
        Decimal(0),
        None,
    )
