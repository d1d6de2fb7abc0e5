"""Every way an order can leave this process passes the boundary that asks for a permit."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "holdfast"
SENDING = ("create_order", "edit_order", "cancel_order", "amendorder", "addorder", "cancelorder")
SENDING += ("cancelall", "addorderbatch", "cancelorderbatch", "create_orders", "cancel_orders")


def sends(tree: ast.Module) -> bool:
    """Say whether a module calls something that places, moves or cancels at a real venue."""
    names = (
        node.func.attr.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    )
    return any(name.endswith(SENDING) for name in names)


def asks(tree: ast.Module) -> bool:
    """Say whether a module asks the boundary."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "refusal"
        for node in ast.walk(tree)
    )


def imports(tree: ast.Module) -> set[str]:
    found = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    found |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in found}


@pytest.mark.parametrize(
    ("text", "sending", "asking"),
    [
        ("x.create_order(1)", True, False),
        ("k.privatePostAddOrderBatch(o)\nb.refusal(i, n)", True, True),
        ("k.private_post_amendorder(o)", True, False),
        ("k.fetch_open_orders()", False, False),
    ],
)
def test_the_look_finds_what_it_is_for(text, sending, asking):
    tree = ast.parse(text)
    assert (sends(tree), asks(tree)) == (sending, asking)


def test_every_order_path_needs_permit():
    unasked, misplaced = [], []
    for path in sorted(SOURCE.rglob("*.py")):
        tree, place = ast.parse(path.read_text("utf-8")), path.relative_to(SOURCE)
        if sends(tree) and not asks(tree):
            unasked.append(str(place))
        if "ccxt" in imports(tree) and place.parts[0] != "venue":
            misplaced.append(str(place))
    assert unasked == []
    assert misplaced == []
