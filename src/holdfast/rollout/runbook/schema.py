"""Make the JSON Schema editors check runbooks with; it follows from the model."""

import json
from typing import Any

from holdfast.rollout.runbook.model import Runbook

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def runbook_schema() -> str:
    """Write the schema of a runbook file."""
    schema: dict[str, Any] = Runbook.model_json_schema(by_alias=True)
    schema["title"] = "A runbook: what is verified, in which order"
    return json.dumps({"$schema": DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"
