"""Read `docs/plan-coverage.yaml` strictly and render `docs/plan-coverage.md` from it.

The YAML is written by people, the page never is. Every plan item has one entry, and every entry
says in exactly one way how the item is met. Standard library and PyYAML only.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "plan-coverage.yaml"
PAGE = ROOT / "docs" / "plan-coverage.md"

KINDS = ("test", "runbook", "later", "not-applicable")
PENDING = "pending-test-"

PLANS = {
    "000": "slot bootstrap",
    "001": "sticky slots",
    "002": "self-healing slots",
    "003": "deployment verification",
    "004": "readiness of the execution path",
}

CAPABILITIES = {
    "capacity": "sizing by throughput, order caps, slot-add guard, rebalancer basis",
    "churner": "helper cycles, their gates, reserve and surfaces",
    "drills": "failures provoked on purpose against the emulator",
    "exchange": "a real venue, intents, unknown outcomes, the staging desk",
    "migration": "import of exits that were open before the ledger",
    "observability": "metrics, alerts, provisioning, compose file",
    "reconcile": "start-up and periodic reconciliation and its timings",
    "regime": "trend strength, momentum, detector and tiers",
    "release": "giving up a waiting exit: gates, tiers, dialog",
    "replication": "optional copy of the ledger in Postgres",
    "rollout": "stages, soaks, gates, approvals and rollback plans",
    "safety": "execution mode, risk policy, secrets, caps",
    "self-healing": "age bands, subsidy, graded repricing, cleanup queue",
    "sticky": "bootstrap, repair, scheduler, legacy policy of sticky slots",
    "verification": "runbooks, evidence and baselines of a deployment",
    "vintage": "ages and capital of waiting exits, with alerts",
}

PENDING_AREAS = {
    f"{PENDING}{area}": f"built in this issue, not yet shown by a test of the {area}"
    for area in ("config", "engine", "ledger", "desk", "dashboard", "flows")
}


class CoverageError(Exception):
    """`plan-coverage.yaml` says something that cannot be read one way only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """How one plan item is met."""

    item: str
    title: str
    kind: str
    values: tuple[str, ...]


class _StrictLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise CoverageError(f"{_place(self.line, self.column)}: no aliases; write the text out")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            where = _place(key.start_mark.line, key.start_mark.column)
            if key.tag != "tag:yaml.org,2002:str":
                raise CoverageError(f"{where}: {key.value!r} is not a text; quote it")
            if key.value in seen:
                raise CoverageError(f"{where}: {key.value!r} is there twice; keep one")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def load(path: Path = SOURCE) -> tuple[Entry, ...]:
    """Read all entries in the order of the file, or refuse the file with line and reason."""
    with path.open(encoding="utf-8") as stream:
        try:
            raw = yaml.load(stream, _StrictLoader)  # noqa: S506  a SafeLoader made stricter
        except yaml.YAMLError as error:
            raise CoverageError(f"{path.name}: {error}") from error
    if not isinstance(raw, dict):
        raise CoverageError(f"{path.name}: the file must be one mapping from item id to entry")
    return tuple(_entry(item, body) for item, body in raw.items())


def render(entries: Iterable[Entry]) -> str:
    """Write the page for people: counts first, then every item of every plan."""
    known = tuple(entries)
    lines = [*_head(known), *_capability_rows(known), *_plan_sections(known)]
    return "\n".join(lines).rstrip("\n") + "\n"


def main(arguments: list[str]) -> int:
    """Render the page, or with `--check` say whether it is fresh."""
    parser = argparse.ArgumentParser(description="Render docs/plan-coverage.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    chosen = parser.parse_args(arguments)
    try:
        page = render(load())
    except CoverageError as error:
        print(error, file=sys.stderr)
        return 2
    fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page
    if chosen.check:
        print("docs/plan-coverage.md is fresh" if fresh else "docs/plan-coverage.md is stale")
        return 0 if fresh else 1
    if not fresh:
        PAGE.write_text(page, encoding="utf-8")
    return 0


def _place(line: int, column: int) -> str:
    return f"{SOURCE.name}:{line + 1}:{column + 1}"


def _entry(item: str, body: object) -> Entry:
    if not isinstance(body, dict):
        raise CoverageError(f"{item}: the entry must be a mapping with a title and one kind")
    unknown = sorted(set(body) - {"title", *KINDS})
    if unknown:
        allowed = ", ".join(("title", *KINDS))
        raise CoverageError(f"{item}: {unknown[0]!r} is unknown; allowed: {allowed}")
    kinds = [kind for kind in KINDS if kind in body]
    if len(kinds) != 1:
        raise CoverageError(f"{item}: needs exactly one of {', '.join(KINDS)}; has {len(kinds)}")
    title = _text(item, "title", body.get("title"))
    return Entry(item, title, kinds[0], _values(item, body, kinds[0]))


def _values(item: str, body: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    value = body[kind]
    if kind != "test":
        return (_text(item, kind, value),)
    if not isinstance(value, list) or not value:
        raise CoverageError(f"{item}: test must be a list of node ids")
    if len(set(map(str, value))) != len(value):
        raise CoverageError(f"{item}: a node id is there twice")
    return tuple(_text(item, kind, node) for node in value)


def _text(item: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CoverageError(f"{item}: {key} must be a text that is not empty")
    return value


def _head(entries: tuple[Entry, ...]) -> Iterator[str]:
    counts = Counter((entry.item[:3], entry.kind) for entry in entries)
    yield "# Plan coverage"
    yield ""
    yield "Generated by `python tools/plan_coverage.py` from `docs/plan-coverage.yaml`; edit that file."
    yield "Every item of the five plans is listed once, with what shows that it is met, the capability"
    yield "that will bring it, or the reason why it does not apply here."
    yield ""
    yield f"| plan | items | {' | '.join(KINDS)} |"
    yield f"|---|---:|{'---:|' * len(KINDS)}"
    for plan, name in PLANS.items():
        row = [counts[plan, kind] for kind in KINDS]
        yield f"| {plan} {name} | {sum(row)} | {' | '.join(map(str, row))} |"
    total = [sum(counts[plan, kind] for plan in PLANS) for kind in KINDS]
    yield f"| all | {sum(total)} | {' | '.join(map(str, total))} |"
    yield ""


def _capability_rows(entries: tuple[Entry, ...]) -> Iterator[str]:
    counts = Counter(entry.values[0] for entry in entries if entry.kind == "later")
    if not counts:
        return
    yield "| later | items | what it brings |"
    yield "|---|---:|---|"
    for name, meaning in {**CAPABILITIES, **PENDING_AREAS}.items():
        if counts[name]:
            yield f"| {name} | {counts[name]} | {meaning} |"
    yield ""


def _plan_sections(entries: tuple[Entry, ...]) -> Iterator[str]:
    for plan, name in PLANS.items():
        yield f"## Plan {plan}: {name}"
        yield ""
        yield "| id | item | how it is met |"
        yield "|---|---|---|"
        for entry in entries:
            if entry.item.startswith(f"{plan}-"):
                yield f"| {entry.item} | {_cell(entry.title)} | {_how(entry)} |"
        yield ""


def _how(entry: Entry) -> str:
    if entry.kind == "test":
        return "<br>".join(f"`{node}`" for node in entry.values)
    return f"{entry.kind}: {_cell(entry.values[0])}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
