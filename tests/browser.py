"""The system's Chromium, driven by selenium, and a demo gateway for it to look at."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = Path("/usr/bin/chromium")
CHROMEDRIVER = Path("/usr/bin/chromedriver")
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-dev-shm-usage --lang=en"
)
DESKTOP = (1280, 900)
PHONE = (390, 844)


class Page:
    """A browser window, with what tests ask of it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def wait(self, condition: Callable[[], Any], seconds: float = 10, why: str = "") -> Any:
        """Until `condition` gives something; an element that is being redrawn counts as not yet."""
        waiting = WebDriverWait(
            self.driver, seconds, 0.1, ignored_exceptions=[StaleElementReferenceException]
        )
        return waiting.until(lambda _: condition(), why)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str, seconds: float = 10) -> WebElement:
        found: WebElement = self.wait(
            lambda: next((e for e in self.all(selector) if e.is_displayed()), None),
            seconds,
            f"{selector} does not show",
        )
        return found

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def script(self, code: str) -> Any:
        return self.driver.execute_script(f"return {code}")

    def fill(self, **fields: str) -> None:
        """Type into the open dialog and send it."""
        for name, text in fields.items():
            self.one(f"dialog input[name={name}]").send_keys(text)
        self.one("dialog form button[type=submit]").click()
        self.wait(lambda: not self.all("dialog"), why="the dialog stays open")

    def complaints(self) -> list[str]:
        """What the console shows in red."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]


@contextlib.contextmanager
def chromium(folder: Path, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Iterator[Page]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in _FLAGS.split():
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={folder}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(CHROMEDRIVER)))
    try:
        width, height = size
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield Page(driver)
    finally:
        driver.quit()


class Demo:
    """`wisgate demo` as a process, on one port, with one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._process: subprocess.Popen[str] | None = None
        self.url = f"http://127.0.0.1:{self._port}/"
        self.claim_code = ""

    def start(self) -> None:
        """Returns when the dashboard can be opened."""
        wisgate = Path(sys.executable).with_name("wisgate")
        self._process = subprocess.Popen(
            [wisgate, "demo", "--listen", f"127.0.0.1:{self._port}", "--data", self._folder],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        seen = ""
        for line in self._process.stdout or ():
            seen += line
            if code := re.search(r"claim code: (\S+)", line):
                self.claim_code = code[1]
            if code or (self.url in line and (self._folder / "users.json").exists()):
                return
        self.stop()
        raise AssertionError(f"the demo ended by itself:\n{seen}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.communicate(timeout=20)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
