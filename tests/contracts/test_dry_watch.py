"""The watch of a day in DRY asks the status of a real desk on an exchange for what is really there."""

import json
from decimal import Decimal
from pathlib import Path

from desk_on_emulator import DeskOnEmulator

from holdfast.rollout.runbook.expect import judge_document
from holdfast.rollout.runbook.load import load_runbook
from holdfast.rollout.runbook.run import plan
from holdfast.rollout.verdicts import Verdict

PROFILES = Path(__file__).parents[2] / "profiles"


def verdicts(world):
    """Judge the status as it is served by each step that asks for it."""
    document = json.loads(world.held.board.read().body, parse_float=Decimal)
    steps = [each.step for each in plan(load_runbook("dry-watch", PROFILES).book)]
    return {
        step.id: judge_document(step.check.expect.tests, document)
        for step in steps
        if step.check.http == "GET {{desk}}/api/status"
    }


def test_a_desk_in_dry_passes_and_an_armed_one_does_not(home, monkeypatch):
    world = DeskOnEmulator(home, monkeypatch).open()
    try:
        world.ticks(3)
        told = verdicts(world)
        assert set(told) == {"dry", "a-day", "never-live"}
        assert {verdict for verdict, _ in told.values()} == {Verdict.PASS}, told
        world.arm().until(lambda one: one.live)
        world.ticks()
        assert {verdict for verdict, _ in verdicts(world).values()} == {Verdict.FAIL}
    finally:
        world.close()
