"""The page in a real browser: opened from a file, sorted, switched, unfolded, at two widths and in two themes."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeflow.results.report.gathered import gather
from edgeflow.results.report.page import render_page
from tests.results.report.conftest import hostile_fleet, small_fleet

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no chromium with its driver is installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "usual.html").write_bytes(render_page(gather(small_fleet())))
    (folder / "hostile.html").write_bytes(render_page(gather(hostile_fleet())))
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM or ""
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


def opened(browser: Any, page: Path, *, width: int = 1280, theme: str = "light") -> Any:
    device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    feature = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get(page.as_uri())
    return browser


def background(browser: Any) -> str:
    return str(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))


def keys(browser: Any, *pressed: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(*pressed).perform()


@pytest.mark.parametrize("name", ["usual", "hostile"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_opens_without_errors_and_fits_its_width(
    browser: Any, folder: Path, name: str, width: int, theme: str
) -> None:
    opened(browser, folder / f"{name}.html", width=width, theme=theme)
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": False})
    (folder / f"{name}-{width}-{theme}.png").write_bytes(base64.b64decode(shot["data"]))
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.get_log("browser") == []
    plots = browser.execute_script(
        "return [...document.querySelectorAll('figure svg')].map(s => [s.clientWidth, s.clientHeight])"
    )
    assert len(plots) > 4 and all(wide > 250 and high > 40 for wide, high in plots)
    if name == "hostile":
        assert browser.execute_script("return document.scripts.length") == 1
        assert browser.execute_script("return document.images.length") == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_everything_unfolded_still_fits(browser: Any, folder: Path, width: int) -> None:
    opened(browser, folder / "hostile.html", width=width)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_headers_sort_up_then_down_and_say_so(browser: Any, folder: Path) -> None:
    from selenium.webdriver.common.by import By

    opened(browser, folder / "usual.html")
    column = next(
        place
        for place, head in enumerate(browser.find_elements(By.CSS_SELECTOR, "#fleet thead th"))
        if head.text.startswith("p50")
    )
    head = browser.find_elements(By.CSS_SELECTOR, "#fleet thead th")[column]

    def values() -> list[str]:
        script = (
            "return [...document.querySelector('#fleet').tBodies[0].rows].map(r => r.cells[arguments[0]].dataset.by)"
        )
        return list(browser.execute_script(script, column))

    before = values()
    known = sorted(float(value) for value in before if value)
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rising = values()
    assert rising != before and [float(value) for value in rising if value] == known
    head.find_element(By.TAG_NAME, "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    falling = values()
    assert [float(value) for value in falling if value] == known[::-1]
    assert falling[-1] == rising[-1] == ""  # what counts instructions has no time, and stays last
    said = browser.execute_script("return document.getElementById('said').textContent")
    assert said == "sorted by p50, descending"


def test_the_theme_follows_the_system_until_the_button_says_otherwise(browser: Any, folder: Path) -> None:
    from selenium.webdriver.common.by import By

    light = background(opened(browser, folder / "usual.html", theme="light"))
    dark = background(opened(browser, folder / "usual.html", theme="dark"))
    assert light != dark
    button = browser.find_element(By.ID, "theme")
    ink = "return getComputedStyle(document.querySelector('figure svg text')).fill"
    assert button.get_attribute("aria-pressed") == "true"
    before = browser.execute_script(ink)
    button.click()
    assert (background(browser), button.get_attribute("aria-pressed")) == (light, "false")
    assert browser.execute_script(ink) != before
    button.click()
    assert background(browser) == dark


def test_the_keyboard_alone_reaches_and_opens_everything(browser: Any, folder: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, folder / "usual.html")
    focused = "const e = document.activeElement; return e.className || e.id || e.tagName"
    keys(browser, Keys.TAB)
    assert browser.execute_script(focused) == "skip"
    outline = browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    keys(browser, Keys.ENTER)
    assert browser.execute_script(focused) == "main"
    for _ in range(200):
        keys(browser, Keys.TAB)
        if browser.execute_script("return document.activeElement.matches('details.run > summary')"):
            break
    state = "return document.activeElement.parentElement.open"
    assert browser.execute_script(state) is False
    keys(browser, Keys.ENTER)
    assert browser.execute_script(state) is True


def test_a_link_to_a_run_opens_its_details(browser: Any, folder: Path) -> None:
    from selenium.webdriver.common.by import By

    opened(browser, folder / "usual.html")
    link = browser.find_element(By.CSS_SELECTOR, "#fleet a")
    link.click()
    (found,) = browser.find_elements(By.CSS_SELECTOR, "details.run[open]")
    assert f"#{found.get_attribute('id')}" == link.get_dom_attribute("href")
