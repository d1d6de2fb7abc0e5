"""Write profiles/schema/drill.json from the model; with --check, only say whether it is fresh."""

import sys
from pathlib import Path

from holdfast.rollout.drills.schema import drill_schema

FILE = Path(__file__).parents[1] / "profiles" / "schema" / "drill.json"


def main(arguments: list[str]) -> int:
    """Write the schema, or with --check compare it."""
    if "--check" not in arguments:
        FILE.write_text(drill_schema(), encoding="utf-8")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != drill_schema():
        print("profiles/schema/drill.json is stale; do: python tools/drill_schema.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
