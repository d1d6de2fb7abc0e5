"""What `holdfast replay` accepts, what it refuses, and what it leaves behind."""

import json

import pytest
import typer

from holdfast.cli.replay import _faults
from holdfast.config.errors import ConfigError
from holdfast.domain.errors import DataError, LedgerCorrupt, UnknownOrder

HEAD = "timestamp,open,high,low,close,volume\n"


def _file(path, count=200, *, bad=None):
    rows = []
    for place in range(count):
        price = f"0.{1000 + place % 37}"
        row = f"{1_680_000_000 + place * 60},{price},{price},{price},{price},100000"
        rows.append("x,1,2" if place == bad else row)
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


def test_a_stretch_includes_its_start_and_leaves_out_its_end(run, home):
    path = _file(home / "one.csv")  # from 2023-03-28 10:40:00 UTC
    words = ("--data", path, "--from", "2023-03-28T10:45", "--to", "2023-03-28T11:00:00+00:00")
    done = run(*words, "--no-save", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["candles"] == 15
    whole = run("--data", path, "--from", "2023-03-28", "--no-save", "--json")
    assert json.loads(whole.stdout)["candles"] == 200


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "yesterday"), "--from 'yesterday' is no date or time; allowed: ISO 8601"),
        (("--from", "2030-01-01"), "leave no candle; allowed: times from 2026-01-01"),
        (("--set", "slots"), "is no assignment"),
        (("--set", "slots=3", "--slots", "4"), "slots: stands twice"),
        (("--set", "slot=3"), "is not a known setting"),
        (("--set", "participation=7"), "participation"),
        (("--slots", "80"), "the cap is 225"),
        (("--profile", "nowhere"), "nowhere"),
        (("--data", "missing.csv"), "missing.csv"),
    ],
)
def test_what_cannot_be_honoured_is_one_line_and_exit_code_2_and_nothing_is_written(
    run, home, words, said
):
    done = run(*words, "--candles", 50)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
    assert list(home.iterdir()) == []


def test_bad_data_is_refused_with_its_line_unless_it_is_to_be_repaired(run, home):
    path = _file(home / "one.csv", bad=7)
    refused = run("--data", path, "--json")
    assert refused.exit_code == 2
    assert "one.csv" in refused.stderr
    assert "9" in refused.stderr
    assert not (home / "var").exists()
    repaired = run("--data", path, "--repair", "--no-save", "--json")
    assert repaired.exit_code in {0, 2}


def test_settings_given_by_hand_are_in_force_and_change_the_outcome(run):
    plain = json.loads(run("--candles", 300, "--no-save", "--json").stdout)
    other = run("--candles", 300, "--set", "PAIR_ENTRY_PCT=0.5", "--no-save", "--json")
    assert other.exit_code == 0, other.output
    assert json.loads(other.stdout)["event_hash"] != plain["event_hash"]


def test_a_table_is_for_people_and_names_the_folder(run, home):
    done = run("--candles", 200)
    assert done.exit_code == 0, done.output
    (folder,) = (home / "var" / "replays").iterdir()
    flat = "".join(done.stdout.split()).replace("│", "")
    assert folder.name.split("-")[-1] in flat
    assert "time,verify" in flat
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_no_save_and_no_verify_do_what_they_say(run, home):
    assert run("--candles", 100, "--no-save").exit_code == 0
    assert not (home / "var").exists()
    done = run("--candles", 100, "--no-verify", "--out", home / "kept")
    assert done.exit_code == 0
    assert (
        "verify" not in json.loads((home / "kept" / "report.json").read_text())["timings_seconds"]
    )


def test_a_folder_with_something_in_it_is_never_written_into(run, home):
    kept = home / "kept"
    kept.mkdir()
    (kept / "note.txt").write_text("mine")
    done = run("--candles", 100, "--out", kept)
    assert done.exit_code == 2
    assert "is not an empty folder" in done.stderr
    assert [path.name for path in kept.iterdir()] == ["note.txt"]
    (kept / "note.txt").unlink()
    assert run("--candles", 100, "--no-verify", "--out", kept).exit_code == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("no"), 2),
        (DataError("no"), 2),
        (LedgerCorrupt("the ledger has 1 DOGE free, the venue 2"), 1),
        (UnknownOrder("no"), 1),
    ],
)
def test_broken_books_are_exit_code_1_and_bad_input_is_2(error, code, capsys):
    with pytest.raises(typer.Exit) as ended, _faults():
        raise error
    assert ended.value.exit_code == code
    assert str(error) in capsys.readouterr().err
