"""A real Chromium, in the colour scheme and on the screen that a test asks for."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings

# Playwright's own loop runs in the test's thread: Django would take that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
expect.set_options(timeout=30_000)  # milliseconds: a busy machine is no fault of a page
_FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run"]
SCREENS: Final = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None and not os.environ.get("CI"):
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser, settings: Settings) -> Iterator[NewPage]:
    """Return a function that opens a fresh browser: `screen`, `scheme`, and whether there is `script`."""
    settings.PORTAL_FILL_DELAY = -1
    opened: list[BrowserContext] = []

    def make(screen: str = "desktop", scheme: Any = "light", *, script: bool = True) -> Page:
        size: Any = SCREENS[screen]
        context = chromium.new_context(viewport=size, color_scheme=scheme, java_script_enabled=script, locale="en-GB")
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield make
    for context in opened:
        context.close()
