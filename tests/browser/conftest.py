"""A real Chromium against the real site: uvicorn in a thread on a free port, over all shipped data."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from app.bootstrap import KnowledgeBase
from app.web.app import create_app

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
MISSING = (
    "Chromium is not installed, and these tests need it: run `apt-get install chromium`, or put google-chrome on PATH."
)
PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 900}


def find_chromium() -> str:
    """Path of the browser; its absence fails the tests, for skipping would pass unseen."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    return found


@pytest.fixture(scope="session")
def site(knowledge_base: KnowledgeBase) -> Iterator[str]:
    """Address of the running site."""
    server = uvicorn.Server(uvicorn.Config(create_app(knowledge_base), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the site did not start"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield opened
        opened.close()


def watch(page: Page) -> list[str]:
    """Faults of the page as they happen: script errors, refused styles or scripts, answers of 400 and more."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(_told(message)) if message.type == "error" else None)
    return faults


def _told(message: ConsoleMessage) -> str:
    """What the console says and the address it is about, which the text itself often leaves out."""
    return f"{message.text} ({message.location.get('url', '')})"


@pytest.fixture
def desktop(browser: Browser, site: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site, viewport=DESKTOP, color_scheme="light")  # type: ignore[arg-type]
    yield context
    context.close()


@pytest.fixture
def page(desktop: BrowserContext) -> Iterator[Page]:
    """A page at desktop size; any fault on it fails the test."""
    opened = desktop.new_page()
    faults = watch(opened)
    yield opened
    assert faults == []
