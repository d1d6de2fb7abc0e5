"""A profile that cannot be honoured is refused: file, line, key, what is allowed, what to do."""

import pytest

HEAD = "extends: base\n"
HOSTILE = [
    pytest.param("settings:\n  order_size_usd: -1\n", 3, "settings.order_size_usd", "too small"),
    pytest.param("settings:\n  slots: 0\n", 3, "settings.slots", "1 to 10000"),
    pytest.param("settings:\n  slots: 10001\n", 3, "settings.slots", "too large"),
    pytest.param("settings:\n  slots: 2.5\n", 3, "settings.slots", "not a whole number"),
    pytest.param('settings:\n  slots: "8"\n', 3, "settings.slots", "not a number"),
    pytest.param("settings:\n  slots: true\n", 3, "settings.slots", "not a number"),
    pytest.param("settings:\n  slots: many\n", 3, "settings.slots", "not a number"),
    pytest.param("settings:\n  slots:\n", 3, "settings.slots", "not a number"),
    pytest.param("settings:\n  slots: [1]\n", 3, "settings.slots", "not a number"),
    pytest.param("settings:\n  pair_entry_pct: .inf\n", 3, "settings.pair_entry_pct", "number"),
    pytest.param("settings:\n  pair_entry_pct: .nan\n", 3, "settings.pair_entry_pct", "number"),
    pytest.param("settings:\n  pair_entry_pct: 1e-1\n", 3, "settings.pair_entry_pct", "number"),
    pytest.param("settings:\n  s1_orphan_after_sec: 1:30:00\n", 3, "s1_orphan", "not a number"),
    pytest.param("settings:\n  sticky_mode_enabled: on\n", 3, "sticky_mode", "true, false"),
    pytest.param("settings:\n  sticky_mode_enabled: 1\n", 3, "sticky_mode", "true, false"),
    pytest.param("settings:\n  order_size_mode: EUR\n", 3, "order_size_mode", "USD, DOGE"),
    pytest.param("settings:\n  order_size_mode: usd\n", 3, "order_size_mode", "USD, DOGE"),
    pytest.param("settings:\n  slotz: 3\n", 3, "settings.slotz", "did you mean slots?"),
    pytest.param("settings:\n  ORDER_SIZE_USD: 3\n", 3, "ORDER_SIZE_USD", "order_size_usd"),
    pytest.param(
        "settings:\n  entry_pct: 1\n  pair_entry_pct: 1\n", 4, "pair_entry_pct", "another"
    ),
    pytest.param("settings:\n  slots: 3\n  slots: 4\n", 4, "settings.slots", "stands twice"),
    pytest.param("settings: 3\n", 2, "settings", "not a mapping"),
    pytest.param("setings: {}\n", 2, "setings", "did you mean settings?"),
    pytest.param("abstract: yes\n", 2, "abstract", "true, false"),
    pytest.param("env: production\n", 2, "env", "paper, staging, live"),
    pytest.param("env: live\n", 2, "env", "does not go with venue"),
    pytest.param("venue: krakken\n", 2, "venue", "allowed: paper, kraken"),
    pytest.param("symbol: DOGEUSD\n", 2, "symbol", "DOGE/USD"),
    pytest.param("symbol: [a]\n", 2, "symbol", "a list"),
    pytest.param("runtime: ../../etc\n", 2, "runtime", "small letters"),
    pytest.param("runtime: Ä\n", 2, "runtime", "small letters"),
    pytest.param("rollout: [a]\n", 2, "rollout", "not a mapping"),
    pytest.param("rollout:\n  sticky: 2\n", 3, "rollout.sticky", 'write "2"'),
    pytest.param("rollout:\n  ../x: a\n", 3, "rollout.../x", "not the name of a track"),
    pytest.param("rollout:\n  absent: a\n", 3, "rollout.absent", "no such track"),
    pytest.param("override: slots\n", 2, "override", "a list"),
    pytest.param("override: [slotz]\n", 2, "override.slotz", "did you mean slots?"),
    pytest.param("settings:\n  churner_enabled: true\n", 3, "churner_enabled", "not built yet"),
    pytest.param("settings:\n  churner_entry_pct: 0.2\n", 3, "churner_entry", "not built yet"),
    pytest.param(
        "settings:\n  supabase_ledger_writes: true\n", 3, "supabase_ledger_writes", "not built yet"
    ),
    pytest.param(
        "settings:\n  live_read_interval_s: 8\n",
        3,
        "live_read_interval_s",
        "less than twice live_read_interval_s 8",
    ),
    pytest.param("settings:\n  mode_store: redis\n", 3, "mode_store", "names no mode_store_url"),
    pytest.param(
        "settings:\n  mode_store_url: redis://desk:hunter2@localhost:6379/0\n",
        3,
        "mode_store_url",
        "holds a password",
    ),
    pytest.param("settings:\n  churner_enabled: true\n", 3, "churner_enabled", "not built yet"),
    pytest.param("settings:\n  market_source: file\n", 3, "market_source", "market_file"),
    pytest.param("settings:\n  market_file: [a]\n", 3, "market_file", "line of text"),
]


@pytest.mark.parametrize(("text", "line", "key", "told"), HOSTILE)
def test_a_faulty_profile_is_refused_with_file_line_and_key(write, refused, text, line, key, told):
    write("mine", HEAD + text)
    error = refused()
    assert (error.file, error.line) == ("profiles/mine.yaml", line)
    assert key in error.key
    assert str(error).startswith(f"profiles/mine.yaml:{line}:{error.column}: {error.key}: ")
    assert told in str(error)
    assert "do: " in str(error)


@pytest.mark.parametrize(
    ("parent", "told"),
    [
        ("bse", "did you mean base?"),
        ("../secrets", "name of a profile in the same folder"),
        ("/etc/passwd", "name of a profile in the same folder"),
        ("mine", "turns back on itself: mine → mine"),
    ],
)
def test_a_parent_is_a_neighbour_that_exists_and_is_not_oneself(write, refused, parent, told):
    write("mine", f"extends: {parent}\n")
    error = refused()
    assert (error.file, error.line, error.key) == ("profiles/mine.yaml", 1, "extends")
    assert told in str(error)


def test_a_ring_of_parents_is_refused_at_the_line_that_closes_it(write, refused):
    write("mine", "extends: other\n")
    write("other", "extends: third\n")
    write("third", "extends: other\n")
    error = refused()
    assert error.file == "profiles/third.yaml"
    assert "mine → other → third → other" in str(error)


def test_a_fault_in_a_parent_is_told_at_the_parents_line(write, refused):
    write("other", "extends: base\nsettings:\n  slots: -1\n")
    write("mine", "extends: other\n")
    assert str(refused()).startswith("profiles/other.yaml:3:10: settings.slots: -1 is too small")


@pytest.mark.parametrize("name", ["nobody", "../base", "Mine", "mine\n", "", "a" * 100])
def test_a_name_that_names_no_profile_is_refused(refused, name):
    assert refused(name).key == "profile"


def test_an_abstract_profile_cannot_be_run(refused):
    assert "can only be extended" in str(refused("base"))


@pytest.mark.parametrize("key", ["env", "venue", "symbol"])
def test_what_trades_where_has_to_be_said(write, refused, key):
    said = {"env": "paper", "venue": "paper", "symbol": "DOGE/USD"}
    write("mine", "".join(f"{name}: {word}\n" for name, word in said.items() if name != key))
    error = refused()
    assert error.key == key
    assert "missing" in str(error)


def test_a_hostile_value_is_shown_safely(write, refused):
    write("mine", 'extends: base\nsettings:\n  order_size_mode: "a\\e[31m\\nb' + "x" * 500 + '"\n')
    told = str(refused())
    assert told.isprintable()
    assert len(told) < 300
