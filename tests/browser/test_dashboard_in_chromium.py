"""The dashboard opens in a real browser: its pages, their figures, and nothing on the console.

Three runtimes are opened: one on paper, one on the emulated exchange, one of a build without the
files of this one.

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
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from desk_on_emulator import troubled
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

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
at, paper = time.time_ns() // 1000 + 10**10, {"ready": False}
blocks = {"execution": paper, "exchange": paper} if sys.argv[3] == "paper" else {"paper": False}
fixture.build(Path(sys.argv[2]), candles=400, count=8, published_at=at, **blocks)
"""
FITS = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    return main.scrollWidth <= main.clientWidth;
}"""
NEW = ("Safety", "Exchange", "Alerts")
FIRST = {
    "paper": ("desk", "holds"),
    "older": ("desk", "holds"),
    "exchange": ("desk", "execution", "holds", "unknown orders", "alerts"),
}
SEEN = {
    "paper": ("trades on paper", "trades on paper", "publishes no alerts"),
    "older": ("its build is older", "its build is older", "publishes no alerts"),
    "exchange": (
        "What arming needs",
        "Verdicts per order",
        "docs/runbooks/alerts.md#unknownintent",
    ),
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the dashboard over a desk on paper, on a free port."""
    with _served(_made(tmp_path_factory.mktemp("desk"), "paper")) as address:
        yield address


@pytest.fixture(scope="module", params=["paper", "exchange", "older"])
def runtime(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """Serve the dashboard over one kind of runtime."""
    if request.param == "paper":
        yield request.param, request.getfixturevalue("url")
        return
    folder = tmp_path_factory.mktemp("runtime")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "exchange":
            world = troubled(folder, patch)
            with _served(world.held.runtime.published) as address:
                yield request.param, address
            world.close()
            return
    with _served(_made(folder, request.param)) as address:
        yield request.param, address


def _made(folder: Path, kind: str) -> Path:
    maker = [sys.executable, "-c", MAKE, str(ROOT / "tests" / "dashboards")]
    subprocess.run([*maker, str(folder / "published"), kind], check=True, timeout=60)
    return folder / "published"


@contextmanager
def _served(folder: Path) -> Iterator[str]:
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
def test_the_pages_of_every_desk_open_without_a_console_error(
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


def test_the_pages_about_an_exchange_open_over_every_kind_of_runtime(
    runtime: tuple[str, str], browser: Browser, shots: Path
) -> None:
    kind, address = runtime
    page = browser.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    for name, text in zip(NEW, SEEN[kind], strict=True):
        page.get_by_role("link", name=name).click()
        for width in (1280, 800):
            page.set_viewport_size({"width": width, "height": 900})
            _see(page, text, "ledger sequence")
            _shoot(page, shots / f"{name.lower()}-{kind}-{width}.png")
            page.wait_for_function(
                FITS, timeout=20_000
            )  # plots take their new width a little later
    for label in FIRST[kind]:  # what is asked at three in the morning is there without scrolling
        box = page.get_by_text(label, exact=True).first.bounding_box()
        assert box is not None
        assert box["y"] < 300
    assert not page.locator('[data-testid="stException"]').count()
    page.close()
    assert not said


def test_clicking_a_square_of_the_heat_map_filters_the_slots(url: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1500, "height": 1000})
    page.goto(url)
    page.get_by_role("link", name="Slots").click()
    _see(page, "8 shown", "Waiting exits")
    square = page.locator(".js-plotly-plot .textpoint", has_text="1").first
    filtered = page.get_by_text("with an exit in").first
    for _ in range(8):
        _click_middle(page, square)
        with suppress(NotInTime):
            filtered.wait_for(timeout=2_500)
            break
    filtered.wait_for(timeout=10_000)
    _renewed(page, times=2)
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


def _renewed(page: Page, times: int) -> None:
    """Wait until a live page was run again and drawn so many times."""
    page.wait_for_function(
        """times => {
            window.runs ??= {count: 0, state: null};
            const state = document.querySelector('[data-testid="stApp"]').dataset.testScriptState;
            if (window.runs.state === 'running' && state !== 'running') window.runs.count += 1;
            window.runs.state = state;
            return window.runs.count >= times;
        }""",
        arg=times,
        timeout=60_000,
    )


def _settled(page: Page) -> None:
    """Wait until the page has been run, and was drawn twice since."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for(
        timeout=60_000
    )
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def _shoot(page: Page, path: Path) -> None:
    _settled(page)
    if os.environ.get("HOLDFAST_SCREENSHOTS"):
        page.wait_for_timeout(2_000)  # for people: let movements come to their end
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
