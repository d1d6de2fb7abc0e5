"""Stories of one slot, told in lines a person can read; `--rewrite-golden` writes them anew.

Each step is `in`, what came, and `out`, what the reducer decided. Inputs: `enter`, `{mark: p}`,
`{fill: name}` with an optional `size`, `{end: name}` with an optional `status`, `{wait: seconds}`,
`owed`, `withdraw`. Names are A, B, or r1 for a recovery.
"""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
import yaml
from msgspec.structs import replace
from slot_story import SlotStory
from strategies import DOGE, SECOND

from holdfast.engine.invariants import breaches

FOLDER = Path(__file__).parent / "traces"
TRACES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
SECONDS = {"refresh_cooldown", "reentry_cooldown", "s1_orphan_after", "s2_orphan_after"}


SENTENCES = {
    "OrderPlaced": "place {leg}-c{cycle}-{role}-a{attempt} {side} {size} @ {price}",
    "OrderRepriced": "move {leg} to {size} @ {price}, {refreshes} {direction}",
    "CancelAsked": "cancel {leg} {role}: {reason}",
    "OrderFilled": "filled {leg} {role} {size} @ {price}",
    "OrderEnded": "ended {leg} {role}: {status}, {filled} filled",
    "CycleBooked": "book {leg}-c{cycle} net {net:f}",
    "ExitOrphaned": "set aside {leg} as r{recovery_id}: {reason}",
    "LegBlocked": "idle {leg}: {block}",
    "LotDusted": "dust {size} of {leg}-c{cycle}",
    "RefreshPaused": "leave {leg} for a while after {refreshes} {direction}",
    "EvictionStarted": "make room: r{recovery_id} goes",
    "InventoryMoved": "move {base} from {source} to {target}: {reason}",
    "BothOpenNoted": "both exits wait",
}


def told(event):
    """Write an event as a person would say it."""
    return SENTENCES[type(event).__name__].format(**msgspec.structs.asdict(event))


def play(story, step):
    """Feed one line of a trace."""
    seen = step["in"]
    if seen == "enter":
        return story.enter()
    if seen == "owed":
        return story.owed()
    if seen == "withdraw":
        return story.withdraw()
    (verb, value), *rest = seen.items()
    more = dict(rest)
    match verb:
        case "mark":
            return story.at(value).moved()
        case "fill":
            return story.fill(value, more.get("size"))
        case "end":
            return story.end(value, status=more.get("status", "canceled"))
        case "wait":
            return story.wait(value).timed()
    raise AssertionError(f"unknown step {seen}")


def begun(head):
    """Make the slot a trace starts from."""
    rules = {
        key: int(value) * SECOND if key in SECONDS else Decimal(str(value))
        for key, value in head.get("rules", {}).items()
    }
    rules = {key: int(v) if key.startswith("max_") else v for key, v in rules.items()}
    instrument = replace(DOGE, min_base=Decimal(str(head.get("min_base", 13))))
    return SlotStory(sticky=head["sticky"], mark=head["mark"], instrument=instrument, **rules)


def written(path, head, steps):
    comment = "".join(
        line for line in path.read_text(encoding="utf-8").splitlines(True) if line.startswith("#")
    )
    parts = [{"slot": head}, *steps]
    body = "".join(
        yaml.safe_dump([part], sort_keys=False, width=200, default_flow_style=None)
        for part in parts
    )
    path.write_text(comment + body, encoding="utf-8")


@pytest.mark.parametrize("name", TRACES)
def test_the_engine_tells_each_story_as_it_is_written(name, request):
    path = FOLDER / f"{name}.yaml"
    first, *steps = yaml.safe_load(path.read_text(encoding="utf-8"))
    story = begun(first["slot"])
    answers = []
    for step in steps:
        answers.append([told(event) for event in play(story, step)])
        assert breaches(story.slot) == []
    if request.config.getoption("--rewrite-golden"):
        rows = [{"in": step["in"], "out": out} for step, out in zip(steps, answers, strict=True)]
        written(path, first["slot"], rows)
        return
    assert answers == [step["out"] for step in steps]


def test_there_are_stories_to_tell():
    assert len(TRACES) >= 6
