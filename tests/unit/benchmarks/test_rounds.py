"""Hold the order of the runs, the ratios and the verdicts drawn from them."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import page, rounds
from benchmarks.counts import Row
from benchmarks.environments import PEERS, Environment
from benchmarks.protocol import Result, Unavailable
from benchmarks.report import Setting, draw

SETTING = Setting(
    slots=80,
    candles=5000,
    rounds=1,
    digest="abc",
    machine="a machine",
    load_before=0.5,
    load_after=0.6,
    reference_fills=918,
    snapped_fills=918,
)
HOME = Environment(python=Path("python"), megabytes=1.0, seconds=0.0)


def result(speed, fills=918):
    return Result(
        engine="engine",
        version="1",
        slots=80,
        candles=5000,
        digest="abc",
        fills=fills,
        seconds=1.0,
        repeats=1,
        candles_per_second=speed,
        outside={"load": 0.25},
    )


def report(own, theirs, counts=(), setting=SETTING):
    peers = {peer.name: (lambda: theirs) for peer in PEERS}
    turns = rounds.play(lambda: own, peers, 1, lambda _text: None)
    return draw(setting, turns, dict.fromkeys(PEERS, HOME), list(counts))


def test_ours_runs_before_and_after_every_peer():
    ran = []

    def launch(name):
        return lambda: ran.append(name) or result(1.0)

    turns = rounds.play(launch("ours"), {"a": launch("a"), "b": launch("b")}, 2, lambda _text: None)
    assert ran == ["ours", "a", "ours", "b", "ours"] * 2
    assert len(rounds.own_outcomes(turns)) == 6


def test_a_ratio_takes_the_mean_of_ours_around_the_peer():
    turn = rounds.Round("a", result(100.0), result(10.0), result(300.0))
    assert rounds.ratios([turn], "a") == [20.0]
    assert rounds.ratios([turn], "b") == []


def test_a_round_without_a_figure_gives_no_ratio():
    turn = rounds.Round("a", Unavailable("not there"), result(10.0), result(300.0))
    assert rounds.ratios([turn], "a") == []


@pytest.mark.parametrize(
    ("speed", "verdict"), [(1.9, "missed"), (2.0, "reached"), (8.0, "stretch reached")]
)
def test_the_bar_itself_is_reached(speed, verdict):
    drawn = report(result(speed), result(1.0))
    assert {each.engine.title: each.verdict() for each in drawn.peers}["hftbacktest"] == verdict


def test_every_bar_reached_and_the_loops_fills_make_a_pass():
    assert report(result(200.0), result(1.0)).reached()


def test_the_bars_judge_no_run_of_other_slots():
    drawn = report(result(1.0), result(1.0), setting=replace(SETTING, slots=1))
    assert {each.verdict() for each in drawn.peers} == {"no bar"}
    assert drawn.reached()


@pytest.mark.parametrize(("fills", "agree"), [(916, False), (917, True), (919, True), (920, False)])
def test_fills_may_be_one_apart_from_the_loop(fills, agree):
    drawn = report(result(200.0, fills), result(1.0))
    assert drawn.fills_agree() is agree
    assert drawn.reached() is agree


def test_no_figure_of_ours_is_no_pass_and_says_why():
    drawn = report(Unavailable("not available: no such part"), result(1.0))
    assert not drawn.reached()
    assert not drawn.fills_agree()
    assert "not available: no such part" in page.render(drawn)


def test_a_failed_peer_is_no_pass_and_says_why():
    drawn = report(result(1.0), Unavailable("ImportError: x | y"))
    assert not drawn.reached()
    assert "no figure: ImportError: x \\| y" in page.render(drawn)


def test_a_missed_count_is_no_pass_and_has_its_row():
    row = Row("quiet tick", "3 / 1 = 3", "at most 2", reached=False)
    drawn = report(result(200.0), result(1.0), [row])
    assert not drawn.reached()
    assert "| quiet tick | 3 / 1 = 3 | at most 2 | missed |" in page.render(drawn)


def test_json_carries_verdicts_and_figures():
    drawn = page.as_json(report(result(200.0), result(1.0)))
    assert drawn["reached"] is True
    assert drawn["verdicts"] == dict.fromkeys((peer.title for peer in PEERS), "stretch reached")


def test_every_row_of_a_table_has_the_same_number_of_cells():
    text = page.render(report(result(200.0), result(1.0)))
    for table in (part for part in text.split("\n\n") if part.startswith("|")):
        assert len({line.count("|") for line in table.splitlines()}) == 1
