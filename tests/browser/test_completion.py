"""Completion under the search field: by keyboard, mouse and touch, on a phone, in the dark, and without script."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser

OPTION = ".completions [role=option]"


def open_list(page: Page, text: str, field: str = "#q") -> None:
    asked = urlencode({"q": text})
    with page.expect_response(lambda answer: answer.url.endswith(f"/complete?{asked}")):
        page.locator(field).press_sequentially(text)
    expect(page.get_by_role("listbox")).to_be_visible()


def test_by_keyboard_a_speaker_is_found_without_searching(page: Page) -> None:
    page.goto("/talks")
    field = page.locator("#q")
    expect(field).to_have_attribute("aria-expanded", "false")
    open_list(page, "gwen sh")
    expect(field).to_have_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "true")
    option = page.locator(OPTION).first
    expect(option).to_contain_text("Gwen Shapira")
    expect(option).to_contain_text("speaker")
    assert field.get_attribute("aria-controls") == page.get_by_role("listbox").get_attribute("id")
    assert field.get_attribute("aria-activedescendant") is None
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/speakers/gwen-shapira$"))
    expect(page.locator("h1")).to_have_text("Gwen Shapira")


def test_arrows_go_round_by_way_of_the_field_and_escape_closes_the_list_only(page: Page) -> None:
    page.goto("/talks")
    open_list(page, "kafka")
    field, options = page.locator("#q"), page.locator(OPTION)
    last = options.count() - 1
    assert last > 0
    field.press("ArrowUp")
    expect(options.nth(last)).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(page.locator(f"{OPTION}[aria-selected=true]")).to_have_count(0)
    field.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_be_focused()
    expect(field).to_have_value("kafka")
    field.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).not_to_be_focused()


def test_enter_without_a_choice_searches_for_what_was_typed(page: Page) -> None:
    page.goto("/talks")
    open_list(page, "kafka")
    page.locator("#q").press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=kafka$"))


def test_a_value_of_a_field_goes_into_the_box(page: Page) -> None:
    page.goto("/search")
    open_list(page, "kafka speaker:gw", "#search")
    page.locator(OPTION, has_text="Gwen Shapira").click()
    expect(page.locator("#search")).to_have_value("kafka speaker:gwen-shapira ")
    expect(page.locator("#search")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page).to_have_url(re.compile("/search$"))


@pytest.mark.parametrize(
    ("typed", "caret", "asked", "left", "place"),
    [
        ("speaker:gwe kafka", 11, "speaker:gwe", "speaker:gwen-shapira kafka", 21),
        ("speaker:gwe kafka", 9, "speaker:gwe", "speaker:gwen-shapira kafka", 21),
        ('kafka speaker:"gwen sh" -ksql', 22, 'kafka speaker:"gwen sh', "kafka speaker:gwen-shapira -ksql", 27),
    ],
)
def test_the_field_at_the_caret_is_completed_and_the_rest_kept(
    page: Page, typed: str, caret: int, asked: str, left: str, place: int
) -> None:
    page.goto("/search")
    field = page.locator("#search")
    field.focus()
    field.evaluate("(box, [text, at]) => { box.value = text; box.setSelectionRange(at, at); }", [typed, caret])
    with page.expect_response(lambda answer: answer.url.endswith(f"/complete?{urlencode({'q': asked})}")):
        field.press("ArrowDown")
    page.locator(OPTION, has_text="Gwen Shapira").click()
    expect(field).to_have_value(left)
    assert field.evaluate("box => box.selectionStart") == place


def test_an_answer_that_comes_too_late_is_dropped(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/v1/complete?q=ka", lambda route: held.append(route))
    page.goto("/talks")
    field = page.locator("#q")
    with page.expect_request("**/api/v1/complete?q=ka"):
        field.press_sequentially("ka")
    field.press_sequentially(" nothing begins so")
    with page.expect_response(re.compile("complete.*begins")):
        pass
    for route in held:
        route.continue_()
    page.wait_for_timeout(200)
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_the_list_moves_nothing_and_fits_a_phone(browser: Browser, site: str) -> None:
    for size, field in ((PHONE, "#search"), (DESKTOP, "#search"), (PHONE, "#q"), (DESKTOP, "#q")):
        context = browser.new_context(base_url=site, viewport=size, has_touch=True)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/" if field == "#search" else "/talks")
        before = page.locator("main").bounding_box(), page.locator("footer").bounding_box()
        open_list(page, "kafka", field)
        assert (page.locator("main").bounding_box(), page.locator("footer").bounding_box()) == before
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (size, field)
        box, at = page.get_by_role("listbox").bounding_box(), page.locator(field).bounding_box()
        assert box
        assert at
        assert 0 <= box["y"] - (at["y"] + at["height"]) < 6, "right under the field"
        page.locator(OPTION).nth(1).tap()
        expect(page).not_to_have_url(re.compile(r"(/|/talks)$"))
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_list(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(
        base_url=site, viewport=DESKTOP, color_scheme=scheme, bypass_csp=True,  # type: ignore[arg-type]
    )  # fmt: skip
    page = context.new_page()
    page.goto("/talks")
    open_list(page, "kafka")
    page.locator("#q").press("ArrowDown")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=rules)
    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_without_script_the_field_is_a_plain_one(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=DESKTOP, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/talks")
    field = page.locator("#q")
    assert field.get_attribute("role") is None
    field.fill("gwen sh")
    field.press("Enter")
    assert "/search?q=gwen+sh" in page.url
    context.close()
