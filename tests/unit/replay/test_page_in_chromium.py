"""The report opens from its file in Chromium, offline, in light and dark, without an error."""

import os
import shutil

import pytest

from holdfast.replay import saving
from holdfast.wiring.replaying import ReplayOptions, replay

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAINTED = "getComputedStyle(document.querySelector('#plot-equity .ytitle')).fill"


@pytest.fixture
def browser():
    """Start Chromium, or say why not."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing, and CI installs it")
        pytest.skip("no Chromium here; install Debian's package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.browser
def test_the_report_opens_offline_with_its_plots_in_both_colour_schemes(home, browser):
    replay(ReplayOptions(candles=600, verify=False, out=home / "kept"))
    inks = set()
    for scheme in ("light", "dark"):
        page = browser.new_context(color_scheme=scheme, offline=True).new_page()
        said = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        page.goto((home / "kept" / saving.PAGE).as_uri())
        page.wait_for_selector("#plot-ages .main-svg")
        assert page.locator(".js-plotly-plot").count() == 4
        assert page.locator(".card").count() == 8
        inks.add(page.evaluate(PAINTED))
        assert said == []
    assert len(inks) == 2
