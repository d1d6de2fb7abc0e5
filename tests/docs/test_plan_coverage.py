"""Every plan item has one honest entry, and tests and entries name each other."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "plan_coverage.py"
SHARED = Path(os.environ.get("HOLDFAST_SHARED", ROOT.parent / "shared"))


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("plan_coverage", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


@cache
def entries():
    return tool().load()


@cache
def plan_items() -> dict[str, str]:
    path = SHARED / "seeds" / "items.tsv"
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(
                "the plans are missing; set HOLDFAST_SHARED to the folder of reference texts"
            )
        pytest.skip("the plans are not here; set HOLDFAST_SHARED to the folder of reference texts")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    return {row[0]: row[4] for row in sorted(rows)}


def named_nodes(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for child in node.body:
                if isinstance(child, ast.FunctionDef):
                    yield f"{node.name}::{child.name}", child


def plan_calls(node: ast.AST) -> Iterator[ast.Call]:
    for child in ast.walk(node):
        if isinstance(child, ast.Call) and ast.unparse(child.func) == "pytest.mark.plan":
            yield child


def tables(tree: ast.Module) -> dict[str, ast.expr]:
    """Find the lists of cases, written beside the tests, whose cases carry plan marks."""
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(plan_calls(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def ids(expression: ast.expr) -> set[str]:
    """Read the ids marked in a decorator, or all ids of a table of marked cases."""
    calls = list(plan_calls(expression))
    arguments = [argument for call in calls for argument in call.args]
    literal = all(isinstance(argument, ast.Constant) for argument in arguments)
    where = arguments if literal else ast.walk(expression)
    words = {str(node.value) for node in where if isinstance(node, ast.Constant)}
    return words if literal else {word for word in words if re.fullmatch(r"\d{3}-\d{3}", word)}


def marked(node: ast.FunctionDef | ast.ClassDef, cases: dict[str, ast.expr]) -> list[ast.expr]:
    own = [decorator for decorator in node.decorator_list if any(plan_calls(decorator))]
    names = {
        child.id
        for decorator in node.decorator_list
        for child in ast.walk(decorator)
        if isinstance(child, ast.Name)
    }
    return own + [cases[name] for name in sorted(names & set(cases))]


@cache
def marks() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        relative = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        cases, seen = tables(tree), set()
        for name, node in named_nodes(tree):
            expressions = marked(node, cases)
            seen |= {call for expression in expressions for call in plan_calls(expression)}
            found[f"{relative}::{name}"] = frozenset().union(*map(ids, expressions))
        assert seen == set(plan_calls(tree)), f"{relative}: a plan mark that no test carries"
    return found


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def test_every_plan_item_has_one_entry_in_order():
    assert [entry.item for entry in entries()] == list(plan_items())


def test_every_entry_says_in_a_known_way_how_it_is_met():
    allowed = {*tool().CAPABILITIES, *tool().PENDING_AREAS}
    later = {entry.values[0] for entry in entries() if entry.kind == "later"}
    assert later <= allowed
    assert {entry.kind for entry in entries()} <= set(tool().KINDS)


def test_a_reason_for_not_applying_is_a_sentence():
    reasons = {e.values[0] for e in entries() if e.kind == "not-applicable"}
    assert all(len(reason.split()) >= 6 for reason in reasons)


def test_every_runbook_named_is_in_the_library():
    names = {entry.values[0] for entry in entries() if entry.kind == "runbook"}
    shipped = {path.stem for path in (ROOT / "profiles" / "runbooks").glob("*.yaml")}
    assert names <= shipped


def test_titles_differ_and_are_short():
    titles = Counter(plain(entry.title) for entry in entries())
    assert [title for title, count in titles.items() if count > 1] == []
    assert [entry.item for entry in entries() if len(entry.title) > 90] == []


def test_titles_are_our_own_words():
    theirs = {plain(text) for text in plan_items().values()}
    assert [entry.item for entry in entries() if plain(entry.title) in theirs] == []


def test_every_test_named_exists_and_carries_the_item():
    wrong = [
        f"{entry.item}: {node}"
        for entry in entries()
        if entry.kind == "test"
        for node in entry.values
        if entry.item not in marks().get(node, ())
    ]
    assert wrong == []


def test_every_plan_mark_points_to_an_entry_that_lists_the_test():
    listed = {entry.item: entry.values for entry in entries() if entry.kind == "test"}
    wrong = [
        f"{node}: {item}"
        for node, items in marks().items()
        for item in items
        if node not in listed.get(item, ())
    ]
    assert wrong == []


def test_the_rendered_page_is_fresh():
    assert tool().PAGE.read_text(encoding="utf-8") == tool().render(entries())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('"a": {title: x, later: sticky}\n"a": {title: y, later: sticky}\n', "twice"),
        ('"a": {title: x, later: sticky, title: y}\n', "twice"),
        ('"a": {title: x, later: sticky, runbook: y}\n', "exactly one"),
        ('"a": {title: x}\n', "exactly one"),
        ('"a": {title: x, test: []}\n', "list of node ids"),
        ('"a": {title: x, soon: y}\n', "unknown"),
        ('"a": {title: "", later: sticky}\n', "not empty"),
        ("1: {title: x, later: sticky}\n", "quote it"),
        ('"a": &one {title: x, later: sticky}\n"b": *one\n', "aliases"),
        ("- a\n", "one mapping"),
        ('"a": {title: x\n', "while parsing"),
    ],
)
def test_a_file_that_can_be_read_two_ways_is_refused(tmp_path, text, complaint):
    path = tmp_path / "plan-coverage.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(tool().CoverageError, match=complaint):
        tool().load(path)


def test_the_command_checks_without_writing():
    before = tool().PAGE.read_bytes()
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "docs/plan-coverage.md is fresh")
    assert tool().PAGE.read_bytes() == before


def test_nothing_built_here_still_waits_for_its_test():
    waiting = [entry.item for entry in entries() if entry.values[0].startswith(tool().PENDING)]
    assert waiting == []
