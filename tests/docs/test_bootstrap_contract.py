"""The page on bring-up and the code say the same, read from both ends."""

import inspect
import re
from pathlib import Path

import pytest

from holdfast.config.catalogue import CATALOGUE
from holdfast.desk import policies
from holdfast.desk.turn import Turn
from holdfast.desk.waiting import PRESSING
from holdfast.domain.slots import Block
from holdfast.engine import bootstrap

PATH = "docs/contracts/bootstrap.md"
PAGE = (Path(__file__).parents[2] / PATH).read_text("utf-8")
GATES = {
    "bring-up": bootstrap.bring_up,
    "repair": policies._lapsed,
    "scheduler": Turn.enter,
}


def part(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def table(title):
    rows = [line for line in part(title).splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.plan("000-012", "000-013", "000-016")
def test_each_gate_names_the_page_that_defines_it(gate):
    assert PATH in (inspect.getdoc(GATES[gate]) or "")


def test_no_other_page_is_named_as_the_definition():
    source = Path(bootstrap.__file__).parents[1]
    named = {
        name
        for path in source.rglob("*.py")
        for name in re.findall(r"docs/contracts/\w+\.md", path.read_text("utf-8"))
        if "bootstrap" in name
    }
    assert named == {PATH}


@pytest.mark.plan("000-001", "000-013")
def test_the_table_of_the_page_is_the_table_of_the_code():
    told = {
        int(number): (source.strip("`"), placed)
        for number, _, placed, _, source in table("The table of bring-up")
    }
    assert set(told) == {row.number for row in bootstrap.ROWS}
    for row in bootstrap.ROWS:
        source, placed = told[row.number]
        assert source == (row.source if row.a or row.b else "")
        assert ("A" in re.findall(r"\b[AB]\b", placed)) is bool(row.a)
        assert ("B" in re.findall(r"\b[AB]\b", placed)) is bool(row.b)


@pytest.mark.plan("000-015")
def test_the_page_names_exactly_the_sources_that_pass_the_cap():
    sentence = part("The gate of the entry scheduler").partition("pass:")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == bootstrap.EXEMPT["repair"]


@pytest.mark.parametrize(
    "key", ["auto_repair_regime", "entry_scheduler_exempt", "bootstrap_slots_per_tick"]
)
def test_the_page_names_the_knobs_of_the_gates_and_they_are_built(key):
    assert key in PAGE
    assert not CATALOGUE[key].since


def test_the_page_says_of_every_reason_what_ends_it():
    told = {
        name
        for row in table("What waits, and what ends the waiting")
        for name in re.findall(r"`(\w+)`", row[0])
    }
    assert told == {block.value for block in Block}
    asked = {*policies.QUEUED, *policies.REPAIRED, *policies.ADVISED, Block.PACING, Block.BALANCE}
    assert set(PRESSING) <= asked
