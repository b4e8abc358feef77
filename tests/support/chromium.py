"""A headless Chromium for tests: Debian's where there is one, else playwright's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHINESE: dict[str, str | float | bool] = {"LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"}  # how dates are shown
PHONE: ViewportSize = {"width": 390, "height": 844}


@contextmanager
def running() -> Iterator[Browser]:
    """Start one, close it at the end."""
    with sync_playwright() as playwright:
        path = CHROMIUM if Path(CHROMIUM).exists() else None
        env = {**os.environ, **CHINESE}
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, env=env)
        yield browser
        browser.close()
