"""The review in a real browser: by keys, by clicks without script, on a phone in the dark, with assistive tools."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.bootstrap import KnowledgeBase
from app.curators.account import set_password
from app.db.engine import reading, writing
from app.models import ReviewEntry
from app.search.engine import SearchEngine
from app.settings import Settings
from app.web.app import create_app
from tests.browser.conftest import DESKTOP, PHONE, watch
from tests.databases import Databases, address_of

pytestmark = pytest.mark.browser
NAME, PASSWORD = "Cleo Curator", "correct horse battery"


@pytest.fixture
def base(databases: Databases, knowledge_base: KnowledgeBase, tmp_path: Path) -> Iterator[KnowledgeBase]:
    """A copy of all shipped data, to write to, with an account."""
    with databases.copy(knowledge_base.engine, tmp_path) as engine:
        with writing(engine) as session:
            set_password(session, PASSWORD, NAME)
        search = SearchEngine(engine, knowledge_base.embedder)
        yield KnowledgeBase(Settings(database_url=address_of(engine)), engine, knowledge_base.embedder, search)


@pytest.fixture
def address(base: KnowledgeBase) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(base), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < deadline, "the site did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def sign_in(page: Page) -> None:
    page.goto("/review")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Review")


def actions(base: KnowledgeBase) -> list[str]:
    with reading(base.engine) as session:
        return [entry.action for entry in session.scalars(select(ReviewEntry))]


def test_keys_decide_skip_and_undo(browser: Browser, address: str, base: KnowledgeBase) -> None:
    context = browser.new_context(base_url=address, viewport=DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    faults = watch(page)
    sign_in(page)
    pair = page.locator("#pair")
    first = pair.inner_text()
    page.keyboard.press("s")
    expect(pair).not_to_have_text(first)
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("You accepted")
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("You took back a decision on")
    page.keyboard.press("r")
    expect(page.get_by_role("status")).to_contain_text("You rejected")
    page.keyboard.press("m")
    expect(page.get_by_role("status")).to_contain_text("You made main")
    assert actions(base) == ["accept", "undo", "reject", "main"]
    page.keyboard.press("?")
    expect(page.get_by_text("in a review: accept, reject, main theme")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#q").press_sequentially("arm")
    assert actions(base) == ["accept", "undo", "reject", "main"], "letters typed in a field are letters"
    assert faults == []
    context.close()


def test_without_script_buttons_do_the_same(browser: Browser, address: str, base: KnowledgeBase) -> None:
    context = browser.new_context(base_url=address, viewport=DESKTOP, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in(page)
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("You rejected")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("You took back a decision on")
    page.get_by_role("link", name="Skip", exact=True).click()
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/review")
    expect(page.locator("h1")).to_have_text("Sign in")
    assert actions(base) == ["reject", "undo"]
    context.close()


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (PHONE, "light"), (DESKTOP, "dark"), (DESKTOP, "light")])
def test_pages_fit_and_axe_finds_nothing(browser: Browser, address: str, size: dict[str, int], scheme: str) -> None:
    context = browser.new_context(base_url=address, viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    faults = watch(page)
    page.goto("/sign-in")
    check(page)
    sign_in(page)
    check(page)
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_be_visible()
    check(page)
    pair = "/review?talk=kafka-on-kubernetes-keeping-it-simple&theme=kubernetes"
    for path in ("/review?part=second", "/review?part=sample", "/review/sample", pair, "/sign-out", "/sign-in"):
        page.goto(path)
        check(page)
    assert faults == []
    context.close()


def check(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == [], page.url
