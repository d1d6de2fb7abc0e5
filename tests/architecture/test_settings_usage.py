"""Every setting that is built is read by the code, and the code reads no setting it does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast.config.catalogue import CATALOGUE

SOURCE = Path(__file__).resolve().parents[2] / "src" / "holdfast"
HOLDERS = {"settings", "_settings"}
METHODS = {"model_dump", "model_copy", "model_fields", "model_validate"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "config" not in path.relative_to(SOURCE).parts[:1]:
            yield path, ast.parse(path.read_text("utf-8"))


def loads(tree: ast.Module) -> Iterator[ast.Attribute]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node


def imports(tree: ast.Module) -> str:
    found = (node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return " ".join(found)


def of_settings(node: ast.Attribute) -> bool:
    owner = node.value
    name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return name in HOLDERS


@pytest.mark.plan("002-173")
def test_every_setting_that_is_built_is_read_by_the_code():
    read = {node.attr for _, tree in trees() for node in loads(tree)}
    unread = [name for name, knob in CATALOGUE.items() if not knob.since and name not in read]
    assert unread == []


def test_the_code_reads_no_setting_the_catalogue_does_not_know():
    unknown = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.attr}"
        for path, tree in trees()
        for node in loads(tree)
        if "holdfast.config" in imports(tree)
        and of_settings(node)
        and node.attr not in CATALOGUE
        and node.attr not in METHODS
    ]
    assert unknown == []
