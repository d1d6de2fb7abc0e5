"""Give dashboard tests a published folder and the views as Streamlit runs them."""

import functools
import importlib.util
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import streamlit as st
from desk_on_emulator import troubled
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

FRESH = -3600.0  # seconds; a slow page over it would call what was published just now stale
Show = Callable[..., AppTest]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> **bold** [go](javascript:alert(3)) $x$ :red[y]"

VERBS = [
    {"action": "pause", "help": "stop new entries", "parameters": [{"name": "reason"}]},
    {"action": "set_entry_pct", "help": "entry distance", "parameters": [{"name": "value"}]},
    {"action": "toggle_sticky", "help": "", "parameters": ["slot_id", "sticky"]},
]


class Api(BaseHTTPRequestHandler):
    """A control API that answers what the test put in its server."""

    def do_GET(self) -> None:
        self.answer(200, self.server.verbs)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append((self.headers["authorization"], body))
        time.sleep(self.server.delay)
        self.answer(*self.server.reply)

    def answer(self, code: int, body: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Stay quiet."""


@pytest.fixture
def api() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    server.verbs, server.reply, server.asked = VERBS, (200, {"ok": True, "message": "paused"}), []
    server.delay = 0.0
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


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

    def build(*, old: float = FRESH, **given: Any) -> Path:
        at = int((time.time() - old) * 1_000_000)
        return fixture_module.build(tmp_path / "published", published_at=at, **given)

    return build


@pytest.fixture(scope="session")
def exchange_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Publish a desk on the emulated exchange, in trouble and with hostile texts, once."""
    with pytest.MonkeyPatch.context() as patch:
        world = troubled(tmp_path_factory.mktemp("desk"), patch, HOSTILE)
        yield world.held.runtime.published
        world.close()


@pytest.fixture
def on_exchange(tmp_path: Path, exchange_run: Path) -> Callable[..., Path]:
    """Copy that folder; keywords replace keys of its status, None removes one."""

    def build(**status: Any) -> Path:
        folder = tmp_path / "var" / "published"
        shutil.copytree(exchange_run, folder)
        told = json.loads((folder / "status.json").read_text()) | status
        kept = {key: value for key, value in told.items() if value is not None}
        (folder / "status.json").write_text(json.dumps(kept))
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["published_at"] = int((time.time() - FRESH) * 1_000_000)
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    return build


@pytest.fixture(scope="session", autouse=True)
def _scanned_once() -> Iterator[None]:
    """Let Streamlit read what is installed once: each AppTest reads every package anew."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


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
