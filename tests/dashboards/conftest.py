"""Give dashboard tests a published folder and the views as Streamlit runs them."""

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

Show = Callable[..., AppTest]


@pytest.fixture(scope="session")
def fixture_module() -> ModuleType:
    path = Path(__file__).parent / "published_fixture.py"
    spec = importlib.util.spec_from_file_location("published_fixture", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def published(tmp_path: Path, fixture_module: ModuleType) -> Callable[..., Path]:
    """Build a published folder; `old` is its age in seconds."""

    def build(*, old: float = 0, **given: Any) -> Path:
        at = int((time.time() - old) * 1_000_000)
        return fixture_module.build(tmp_path / "published", published_at=at, **given)

    return build


@pytest.fixture
def show() -> Show:
    """Run one view with its health band over a folder, as a page would."""
    st.cache_data.clear()
    st.cache_resource.clear()

    def run(view: str, folder: Path | None, **state: Any) -> AppTest:
        app = AppTest.from_function(_page, args=(view, str(folder) if folder else ""))
        for key, value in state.items():
            app.session_state[key] = value
        app.default_timeout = 30
        return app.run()

    return run


def _page(view: str, folder: str) -> None:
    import importlib
    from pathlib import Path

    from dashboards import queries
    from dashboards.parts.empty_state import no_desk
    from dashboards.parts.health_band import health_band

    data = queries.load(Path(folder) if folder else None)
    if not no_desk(data):
        health_band(data)
        importlib.import_module(f"dashboards.views.{view}").render(data)


@pytest.fixture
def markup() -> Callable[[AppTest], str]:
    """Return all markup a page drew itself."""
    return lambda app: "\n".join(str(block.proto.body) for block in app.get("html"))
