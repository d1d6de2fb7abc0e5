"""Write docs/cli.md from the commands themselves; with --check, only say whether it is fresh."""

import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup, TyperOption

from holdfast.cli.app import application

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# Commands

Written by `python tools/cli_page.py` from the commands themselves.

Data goes to standard output, logs to standard error. Exit codes: 0 ok, 1 unexpected, 2 usage or configuration,
3 gate not passed, 4 drift or a person is needed, 5 venue or desk unavailable, 130 interrupted.
"""


def render() -> str:
    """Write the page."""
    root = typer.main.get_command(application())
    return "\n".join([HEAD, *_sections(root, "holdfast")]).rstrip() + "\n"


def _sections(command: object, path: str) -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for name in sorted(command.commands):
            yield from _sections(command.commands[name], f"{path} {name}")
        return
    yield f"## {path}\n"
    yield f"{' '.join(_paragraphs(command))}\n"
    rows = list(_rows(command))
    if rows:
        yield "| option | meaning |\n|---|---|"
        yield "\n".join(rows) + "\n"


def _paragraphs(command: object) -> Iterator[str]:
    for line in (getattr(command, "help", "") or "").split("\n\n"):
        yield " ".join(line.split())


def _rows(command: object) -> Iterator[str]:
    for parameter in getattr(command, "params", []):
        if parameter.name == "help":
            continue
        if isinstance(parameter, TyperOption):
            names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
        else:
            names = f"`{(parameter.name or '').upper()}`"
        meaning = (getattr(parameter, "help", "") or "").replace("|", "\\|")
        yield f"| {names} | {meaning} |"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it."""
    page = render()
    if "--check" in arguments:
        if PAGE.exists() and PAGE.read_text() == page:
            return 0
        print("docs/cli.md is stale; do: python tools/cli_page.py")
        return 1
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
