"""Who may send signals, as a profile says it; and what of them comes back from a ledger file."""

import pytest

from holdfast.clock import FixedClock
from holdfast.config.errors import ConfigError
from holdfast.config.settings import Settings
from holdfast.desk.listener.restore import restore_book
from holdfast.desk.listener.sources import plan_of, read_sources
from holdfast.domain.bookkeeping import LedgerFounded, SignalNoted
from holdfast.ledger.store import DuckDbLedger

SECRET = b"long enough a secret"


def test_without_the_switch_there_is_no_plan_and_no_secret_is_asked_for():
    assert plan_of(Settings(), {}.__getitem__) is None


def test_a_plan_names_each_source_with_its_principal_and_shows_no_secret():
    settings = Settings(signals_enabled=True, signal_sources="tv=chat:42, desk9=api:desk9")
    plan = plan_of(settings, lambda _name: SECRET)
    assert plan is not None
    assert {name: one.principal for name, one in plan.sources.items()} == {
        "tv": "chat:42",
        "desk9": "api:desk9",
    }
    assert (plan.may_open, plan.port) == (False, 8610)
    assert "secret" not in repr(plan).lower()


@pytest.mark.parametrize("secret", [None, b"", b"fifteen bytes.."])
def test_a_source_without_a_secret_of_some_length_is_refused(secret):
    settings = Settings(signals_enabled=True, signal_sources="tv=chat:42")
    with pytest.raises(ConfigError, match="secret of source tv"):
        plan_of(settings, lambda _name: secret)


def test_nobody_to_listen_to_is_refused():
    with pytest.raises(ConfigError, match="nobody may send any"):
        plan_of(Settings(signals_enabled=True), lambda _name: SECRET)


@pytest.mark.parametrize("text", ["tv", "tv=", "=x", "TV=x", "tv=a b", "a/b=x", "tv=x,tv=y"])
def test_what_is_no_list_of_sources_is_refused(text):
    with pytest.raises(ConfigError, match="source"):
        read_sources(text)


def test_a_book_comes_back_from_a_ledger_file_with_what_is_pending(tmp_path):
    found = LedgerFounded(genesis="g", env="live", venue="kraken", account="a", symbol="DOGE/USD")
    ledger = DuckDbLedger.open(
        tmp_path / "ledger.duckdb", clock=FixedClock(1), base="DOGE", quote="USD", found=found
    )
    asked = '{"principal":"chat:42","sent_at":1,"expires_at":2,"arguments":%s}'
    rows = (("a", "{}", "done"), ("b", '{"reason":"x"}', "evaluated"), ("c", '{"slot":1}', ""))
    for number, (name, arguments, state) in enumerate(rows):
        note = {"source": "tv", "signal_id": name, "payload_sha": "ab", "kind": "pause"}
        ledger.commit(number, [SignalNoted(**note, state="received", detail=asked % arguments)])
        if state:
            ledger.commit(number, [SignalNoted(**note, state=state)])
    ledger.project()
    book = restore_book(ledger.cursor())
    ledger.close()
    assert [one.signal.arguments for one in book.pending()] == [{"reason": "x"}]
    assert [book.known(("tv", name)).state for name in "abc"] == ["done", "evaluated", "rejected"]
    assert book.known(("tv", "d")) is None
