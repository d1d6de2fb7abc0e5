"""Every panel there is renders when its block is missing, empty or of another shape: found, not listed."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.queries import Data

ROOT = Path(__file__).parents[2]
PARTS = ROOT / "dashboards" / "parts"


def panels() -> list[str]:
    """Name what draws from published data: `module:function` of every part that takes it."""
    found = []
    for path in sorted(PARTS.glob("[a-z]*.py")):
        module = importlib.import_module(f"dashboards.parts.{path.stem}")
        for name, value in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(value):
                continue
            takes = list(inspect.get_annotations(value).values())
            if value.__module__ == module.__name__ and Data in takes:
                found.append(f"{path.stem}:{name}")
    return found


def test_the_panels_are_found() -> None:
    found = panels()
    assert {"sticky_panel:sticky_panel", "capacity_panel:limits", "health_band:health_band"} <= set(
        found
    )


@pytest.mark.plan("001-142")
@pytest.mark.parametrize(
    "told", [{}, {"slots": 3, "price": "x", "holds": {"a": 1}, "legacy": [], "slot_vintage": 7}]
)
def test_every_panel_renders_with_its_block_missing(told: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    app = AppTest.from_function(_draw, args=(panels(), str(folder), told))
    app.default_timeout = 60
    app.run()
    assert not app.exception, [error.message for error in app.exception]
    assert list(app.session_state["failed"]) == []
    assert app.session_state["drawn"] == len(panels())


def _draw(names: list[str], folder: str, told: dict[str, object]) -> None:
    import importlib
    import inspect
    from pathlib import Path

    import streamlit as st

    from dashboards.queries import Data

    data = Data(folder=Path(folder), present=True, status=told)
    empty = {"block": {}, "state": {}, "states": {}, "slot": 0}
    st.session_state["failed"], st.session_state["drawn"] = [], 0
    for panel in names:
        module, name = panel.split(":")
        draw = getattr(importlib.import_module(f"dashboards.parts.{module}"), name)
        given = {
            word: data if parameter.annotation is Data else empty.get(word)
            for word, parameter in inspect.signature(draw).parameters.items()
            if parameter.annotation is Data or parameter.default is inspect.Parameter.empty
        }
        try:
            draw(**given)
        except Exception as error:  # noqa: BLE001 (whatever a panel does not bear is named)
            st.session_state["failed"].append(f"{panel}: {error!r}")
        st.session_state["drawn"] += 1
