"""Make the JSON Schema editors check declarations of drills with; it follows from the model."""

import json
from typing import Any

from holdfast.rollout.drills.model import Drill

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def drill_schema() -> str:
    """Write the schema of a drill's file."""
    schema: dict[str, Any] = Drill.model_json_schema(by_alias=True)
    schema["title"] = "A drill: what is broken on purpose, and what must be seen then"
    return json.dumps({"$schema": DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
