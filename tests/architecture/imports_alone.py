"""Import every module named on standard input in a process of its own, and print what failed.

A process that has imported one module is a good start for each module that imports that one anyway:
it lacks whatever the other does not bring itself. So processes are forked along the imports, the
interpreter and other distributions are loaded once, and hardly a line of ours runs twice.
"""

import ast
import functools
import gc
import importlib
import os
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path


def forget(names: list[str]) -> None:
    ours = {name.split(".")[0] for name in names}
    for name in [each for each in sys.modules if each.split(".")[0] in ours]:
        del sys.modules[name]


def load(name: str) -> str:
    try:
        importlib.import_module(name)
    except Exception:  # noqa: BLE001 (whatever it is, it is the answer)
        return f"{name}\n{traceback.format_exc()}"
    return ""


def spoken(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


class Tree:
    """Which module each one is imported after: the one of its own imports that brings the most."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.imported = {name: self._imports(name) for name in names}

    def _imports(self, name: str) -> list[str]:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        body = ast.parse(Path(spec.origin).read_text("utf-8")).body
        return [each for node in body for each in spoken(node) if each in self.names]

    @functools.cache  # noqa: B019 (one tree, as long as the process)
    def closure(self, name: str) -> frozenset[str]:
        found, left = set[str](), [name]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += [*self.imported[one], *self._parents(one)]
        return frozenset(found)

    def _parents(self, name: str) -> list[str]:
        parts = name.split(".")
        above = (".".join(parts[:end]) for end in range(1, len(parts)))
        return [each for each in above if each in self.imported]

    def start(self, name: str) -> str:
        """Name the module to start from; none, if each of them brings this one along."""
        fit = [each for each in self.imported[name] if name not in self.closure(each)]
        return max(fit, key=lambda each: len(self.closure(each)), default="")

    def branches(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(self.start(name), []).append(name)
        return found


def grow(name: str, branches: dict[str, list[str]]) -> bool:
    """Import one module, then let each that starts from it do so in a fork, the last one here."""
    wrong = f"{name} was there before it was asked for" if name in sys.modules else load(name)
    if wrong:
        sys.stdout.write(wrong + "\n")
        sys.stdout.flush()
        return False
    gc.freeze()  # a collection would write to every page the forks share
    *others, last = branches.get(name) or [""]
    sound = [fork(each, branches) for each in others]
    return (not last or grow(last, branches)) and all(sound)


def fork(name: str, branches: dict[str, list[str]]) -> bool:
    child = os.fork()
    if not child:
        os._exit(0 if grow(name, branches) else 1)
    return os.waitpid(child, 0)[1] == 0


def main() -> int:
    names = sys.stdin.read().split()
    branches = Tree(names).branches()
    forget(names)
    for name in names:
        load(name)
    forget(names)  # what other distributions brought stays
    gc.disable()
    return 0 if all([fork(name, branches) for name in branches[""]]) else 1  # noqa: C419 (all of them)


if __name__ == "__main__":
    sys.exit(main())
