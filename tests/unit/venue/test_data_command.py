"""The commands of the group `data`: they write whole files or nothing, and refuse with exit code 2."""

import json

import pytest
import typer
from typer.testing import CliRunner

from holdfast.cli.data import register
from holdfast.venue.files import load_candles


@pytest.fixture
def run():
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return lambda *words: CliRunner().invoke(app, ["data", *[str(word) for word in words]])


@pytest.mark.parametrize("ending", ["csv", "parquet", "feather"])
def test_synth_writes_the_market_of_a_seed_and_check_reads_it(run, tmp_path, ending):
    first, second = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    for target in (first, second):
        made = run("synth", "--to", target, "--candles", 800, "--seed", 5, "--regime", "jump")
        assert made.exit_code == 0, made.output
    assert load_candles(first).candles.close == load_candles(second).candles.close
    checked = run("check", first)
    assert checked.exit_code == 0
    assert "800 candles of 60 s" in checked.stdout


def test_check_prints_json_for_programs(run, tmp_path):
    run("synth", "--to", tmp_path / "one.csv", "--candles", 10)
    report = json.loads(run("check", tmp_path / "one.csv", "--json").stdout)
    assert (report["candles"], report["seconds"], report["gaps"]) == (10, 60, [])


def test_check_refuses_a_bad_file_with_line_and_reason_and_exit_code_2(run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("timestamp,open,high,low,close,volume\n60,1,1,1,1,1\n60,1,1,1,1,1\n")
    checked = run("check", path)
    assert checked.exit_code == 2
    assert checked.stdout == ""
    assert checked.stderr.startswith("bad.csv: line 3: ")
    assert len(checked.stderr.splitlines()) == 1


def test_import_writes_nothing_when_it_refuses_and_a_clean_file_when_it_repairs(run, tmp_path):
    source, target = tmp_path / "bad.csv", tmp_path / "good.parquet"
    rows = ["120,1,1,1,1,1", "60,1,1,1,1,1", "60,1,1,1,1,1", "180,nan,1,1,1,1"]
    source.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    refused = run("import", source, "--to", target)
    assert refused.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]
    repaired = run("import", source, "--to", target, "--repair")
    assert repaired.exit_code == 0, repaired.output
    for line in ("1 duplicate rows left out", "1 rows put in order", "not finite"):
        assert line in repaired.stdout
    assert load_candles(target).candles.at == [60_000_000, 120_000_000]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--to", "taken.csv"), "exists already"),
        (("--to", "new.xlsx"), "cannot be written"),
        (("--to", "nowhere/new.csv"), "is no folder"),
        (("--to", "new.csv", "--price", "0"), "no amount above zero"),
        (("--to", "new.csv", "--tick", "nan"), "no amount above zero"),
        (("--to", "new.csv", "--price", "0.1", "--tick", "1"), "is below --tick"),
    ],
)
def test_synth_refuses_before_it_writes(run, tmp_path, monkeypatch, words, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.csv").write_text("mine")
    made = run("synth", *words)
    assert made.exit_code == 2
    assert reason in made.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]
    assert (tmp_path / "taken.csv").read_text() == "mine"


@pytest.mark.parametrize("command", ["synth", "check", "import"])
def test_every_command_says_what_it_does_with_an_example(run, command):
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert f"holdfast data {command}" in shown.output.replace("\n", " ")
