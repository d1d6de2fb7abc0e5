"""Every setting that is built is read by the code, and the code reads no setting it does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.config.catalogue import CATALOGUE

SOURCE = Path(__file__).resolve().parents[2] / "src" / "holdfast"
HOLDERS = {"settings", "_settings"}
METHODS = {"model_dump", "model_copy", "model_fields", "model_validate"}


def trees() -> Iterator[tuple[Path, list[ast.AST]]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "config" not in path.relative_to(SOURCE).parts[:1]:
            yield path, list(ast.walk(ast.parse(path.read_text("utf-8"))))


def loads(nodes: list[ast.AST]) -> Iterator[ast.Attribute]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node


def reads_configuration(nodes: list[ast.AST]) -> bool:
    found = (node.module or "" for node in nodes if isinstance(node, ast.ImportFrom))
    return "holdfast.config" in " ".join(found)


def of_settings(node: ast.Attribute) -> bool:
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return name in HOLDERS


@pytest.mark.plan("002-173")
def test_every_setting_that_is_built_is_read_by_the_code():
    read = {node.attr for _, nodes in trees() for node in loads(nodes)}
    unread = [name for name, knob in CATALOGUE.items() if not knob.since and name not in read]
    assert unread == []


def test_the_code_reads_no_setting_the_catalogue_does_not_know():
    unknown = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.attr}"
        for path, nodes in trees()
        if reads_configuration(nodes)
        for node in loads(nodes)
        if of_settings(node) and node.attr not in CATALOGUE and node.attr not in METHODS
    ]
    assert unknown == []
