"""Write docs/api.md from the verb table and the paths; with --check, only say whether it is fresh."""

import sys
from pathlib import Path

from holdfast.desk.control.page import render

PAGE = Path(__file__).parents[1] / "docs" / "api.md"


def main(arguments: list[str]) -> int:
    """Write the page, or with --check compare it."""
    if "--check" not in arguments:
        PAGE.write_text(render())
    elif not PAGE.exists() or PAGE.read_text() != render():
        print("docs/api.md is stale; do: python tools/api_page.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
