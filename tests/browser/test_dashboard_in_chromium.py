"""The dashboard opens in a real browser: three pages, their figures, and nothing on the console.

Screenshots go to HOLDFAST_SCREENSHOTS, else to a folder that is thrown away.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
MAKE = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import published_fixture as fixture
fixture.build(Path(sys.argv[2]), candles=400, count=8, published_at=time.time_ns() // 1000 + 10**10)
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the dashboard over a fixture folder on a free port."""
    folder = tmp_path_factory.mktemp("desk") / "published"
    maker = [sys.executable, "-c", MAKE, str(ROOT / "tests" / "dashboards"), str(folder)]
    subprocess.run(maker, check=True, timeout=60)
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py")]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    environment = os.environ | {"HOLDFAST_PUBLISHED": str(folder), "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([*command, *options], cwd=ROOT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("HOLDFAST_SCREENSHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_three_pages_open_without_a_console_error(
    url: str, browser: Browser, shots: Path, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": 1500, "height": 1000},
        color_scheme="dark" if scheme == "dark" else "light",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    _see(page, "Order ladder", "against holding", "RUNNING")
    page.locator(".js-plotly-plot .candlestick, .js-plotly-plot .boxlayer").first.wait_for(
        state="attached", timeout=60_000
    )
    _shoot(page, shots / f"overview-{scheme}.png")
    page.get_by_role("link", name="Slots").click()
    _see(page, "Waiting exits", "Slot to look into", "Timeline")
    _shoot(page, shots / f"slots-{scheme}.png")
    page.get_by_role("link", name="Ledger").click()
    _see(page, "Text in the payload", "newest first")
    _shoot(page, shots / f"ledger-{scheme}.png")
    assert not page.locator('[data-testid="stException"]').count()
    context.close()
    assert not said


def test_clicking_a_square_of_the_heat_map_filters_the_slots(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.goto(url)
    page.get_by_role("link", name="Slots").click()
    _see(page, "8 shown", "Waiting exits")
    square = page.locator(".js-plotly-plot .textpoint", has_text="1").first
    filtered = page.get_by_text("with an exit in").first
    for _ in range(8):
        if filtered.is_visible():
            break
        _click_middle(page, square)
        page.wait_for_timeout(2_500)
    filtered.wait_for(timeout=10_000)
    page.wait_for_timeout(4_500)
    assert filtered.is_visible()
    page.close()


def _click_middle(page: Page, target: Locator) -> None:
    target.wait_for(timeout=60_000)
    box = target.bounding_box()
    if box is not None:
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _see(page: Page, *texts: str) -> None:
    for text in texts:
        page.get_by_text(text).first.wait_for(timeout=60_000)


def _shoot(page: Page, path: Path) -> None:
    page.wait_for_timeout(2_000)
    page.screenshot(path=str(path))
    assert path.stat().st_size > 10_000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 (loopback)
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail(f"the dashboard does not answer at {address}")
