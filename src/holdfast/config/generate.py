"""Write the files that follow from the catalogue, or check that they are fresh.

`python -m holdfast.config.generate [--check] [--root FOLDER]`; a check writes nothing, names what is
stale and exits with 1.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from holdfast.config.pages import environment_example, settings_page
from holdfast.config.schema import profile_schema, track_schema


def generated(root: Path) -> dict[Path, str]:
    """Make the text of every generated file of a checkout."""
    profiles = root / "profiles"
    return {
        profiles / "schema" / "profile.json": _json(profile_schema(profiles)),
        profiles / "schema" / "track.json": _json(track_schema()),
        root / "docs" / "settings.md": settings_page(),
        root / ".env.example": environment_example(),
    }


def stale(root: Path) -> tuple[Path, ...]:
    """Name the generated files that no longer follow from the catalogue."""
    return tuple(
        path
        for path, text in generated(root).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check, and say what was done."""
    parser = argparse.ArgumentParser(prog="python -m holdfast.config.generate")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when stale")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the checkout")
    told = parser.parse_args(arguments)
    old = stale(told.root)
    if not told.check:
        for path in old:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated(told.root)[path], encoding="utf-8")
    word = "stale" if told.check else "written"
    for path in old:
        sys.stdout.write(f"{word}: {path.relative_to(told.root)}\n")
    return 1 if told.check and old else 0


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
