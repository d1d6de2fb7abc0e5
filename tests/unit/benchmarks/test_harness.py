"""Hold the parts around the rounds: result lines, the stopwatch, our own entry, counts and arguments."""

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import counts, launch, ours, run, workload
from benchmarks.environments import PEERS, REQUIREMENTS
from benchmarks.protocol import Result, Unavailable, announce, arguments, parse
from benchmarks.stopwatch import repeat


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(workload.FOLDER_VARIABLE, str(tmp_path))


def test_a_result_comes_back_as_it_was_announced(capsys):
    told = Result(
        engine="e",
        version="1",
        slots=1,
        candles=2,
        digest="d",
        fills=3,
        seconds=0.5,
        repeats=1,
        candles_per_second=4.0,
        outside={"load": 0.1},
    )
    announce(told)
    assert parse("chatter\n" + capsys.readouterr().out) == told


def test_a_reason_comes_back_as_it_was_announced(capsys):
    announce(Unavailable("not there"))
    assert parse(capsys.readouterr().out) == Unavailable("not there")


@pytest.mark.parametrize("lines", [0, 2])
def test_anything_but_one_result_line_is_no_result(lines):
    outcome = parse('RESULT {"reason": "x"}\n' * lines)
    assert outcome == Unavailable(f"printed {lines} result lines instead of one")


@pytest.mark.parametrize("argv", [[], ["80"], ["80", "0"], ["80", "many"], ["1", "2", "3"]])
def test_a_child_refuses_anything_but_two_whole_numbers(argv):
    with pytest.raises(SystemExit, match="SLOTS CANDLES"):
        arguments(argv)


def test_a_short_run_is_repeated_from_a_fresh_state():
    built = []

    def build():
        built.append(object())
        return built[-1]

    def play(state):
        assert state is built[-1]
        time.sleep(0.002)
        return 7

    timing = repeat(build, play, min_seconds=0.005)
    assert timing.fills == 7
    assert timing.repeats == len(built) >= 2
    assert timing.seconds >= 0.005


def test_runs_that_disagree_about_fills_are_an_error():
    fills = iter(range(1000))
    with pytest.raises(RuntimeError, match="different fills"):
        repeat(lambda: None, lambda _state: next(fills), min_seconds=60)


def test_our_replay_is_unavailable_while_its_module_is_missing(monkeypatch):
    monkeypatch.setattr(ours, "BENCH", "holdfast.no_such_part.bench")
    outcome = ours.measure(80, 10)
    assert outcome == Unavailable("not available: holdfast.no_such_part.bench does not exist yet")


def test_our_replay_gets_the_workload_and_its_figures_are_kept(monkeypatch):
    seen = {}

    def measure(times, opening, high, low, close, slots, min_seconds):
        seen.update(rows=len(times), closes=len(close), slots=slots, least=min_seconds)
        return {
            "candles_per_second": 5.0,
            "fills": 3,
            "seconds": 2.0,
            "repeats": 1,
            "ledger_seconds": 0.5,
        }

    monkeypatch.setattr(ours, "BENCH", "holdfast_bench_of_this_test")
    monkeypatch.setitem(sys.modules, ours.BENCH, SimpleNamespace(measure=measure))
    outcome = ours.measure(80, 10)
    assert isinstance(outcome, Result)
    assert seen == {"rows": 10, "closes": 10, "slots": 80, "least": 1.0}
    assert (outcome.fills, outcome.candles, outcome.outside["ledger"]) == (3, 10, 0.5)
    assert outcome.digest == workload.digest(workload.load(10))


def test_a_result_on_other_candles_is_refused():
    told = ours._result(
        {"fills": 1, "seconds": 1, "repeats": 1, "candles_per_second": 1},
        {},
        1,
        workload.load(10),
    )
    assert launch.checked(told, told.digest) is told
    assert launch.checked(told, "other") == Unavailable(
        f"ran other candles ({told.digest}, not other)"
    )


def test_a_process_that_fails_gives_its_last_words():
    outcome = launch._run(Path(sys.executable), "benchmarks.no_such_part", 1, 1)
    assert isinstance(outcome, Unavailable)
    assert "no_such_part" in outcome.reason


def test_rows_are_left_out_while_their_functions_are_missing():
    assert counts.rows(None) == []
    assert counts.rows(SimpleNamespace()) == []


@pytest.mark.parametrize(("growth", "reached"), [(2.0, True), (2.5, False)])
def test_growth_is_held_to_its_bar(growth, reached):
    bench = SimpleNamespace(quiet_tick=lambda slots: growth if slots == 10_000 else 1.0)
    (row,) = counts.rows(bench)
    assert row.reached is reached
    assert row.what == "quiet tick, 10,000 slots / 80"


def test_commits_take_turns_with_jsonl(monkeypatch):
    monkeypatch.setattr(counts, "COMMITS", 10)
    commits = []

    @contextmanager
    def ledger_commit(place):
        assert place.is_dir()
        yield lambda: commits.append(place)

    rows = counts.rows(SimpleNamespace(ledger_commit=ledger_commit))
    assert len(commits) == 10
    assert [row.reached for row in rows] == [True, True]
    assert not commits[0].exists()


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--only", "nothing"], "unknown peer 'nothing'; the peers are nautilus"),
        (["--rounds", "0"], "from 1 to 100, not '0'"),
        (["--candles", "525601"], "from 1 to 525600"),
        (["--slots", "-3"], "--slots"),
        (["--page", "/"], "is a folder"),
    ],
)
def test_a_bad_argument_ends_with_two_and_writes_nothing(argv, said, capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        run.main(argv)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_every_peer_has_pins_and_a_module_of_its_own():
    for peer in PEERS:
        pins = (REQUIREMENTS / f"{peer.name}.txt").read_text()
        assert f"{peer.title.replace('_', '-').removesuffix('.py')}==" in pins
        assert (REQUIREMENTS.parent / f"{peer.name}.py").exists()
