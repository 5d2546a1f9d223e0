"""The site as people use it: by clicks, on a phone, in the dark, without script, by keyboard, with assistive tools."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, watch

pytestmark = pytest.mark.browser

EDITION = "kafka-summit-san-francisco-2019"
TALK = "/talks/kafka-on-kubernetes-keeping-it-simple"
PATHS = (
    "/", "/search", "/search?q=deploying+kafka+on+kubernetes", "/search?q=qqqzzz&mode=lexical", "/talks",
    "/search?q=kafka&theme=operations&kind=breakout&sort=date&missing=gwen", "/search/abstract",
    "/search/abstract?text=Kafka+on+Kubernetes%0A%0AHow+we+run+brokers+in+containers.",
    "/talks?theme=operations", TALK, "/speakers", "/speakers/gwen-shapira", "/editions", f"/editions/{EDITION}",
    "/themes", "/themes/operations", "/takeaways", "/practices", "/practices?q=probes+for+brokers", "/trends",
    f"/trends?edition={EDITION}", "/reports",
    f"/reports/themes?edition={EDITION}", f"/reports/edition?edition={EDITION}", "/reports/saved", "/methods", "/api",
    "/quality", "/quality/q07", "/quality/q03", "/talks/no-such-talk", f"/editions/{EDITION}/post",
    "/reports/radar", "/reports/together", "/reports/emerging", "/reports/companies", "/imports/1",
    "/technologies/flink/vs/ksqldb", "/technologies/pairs", "/technologies/flink",
)  # fmt: skip


def first_figure(page: Page) -> str:
    page.goto(f"/trends?edition={EDITION}")
    return page.locator("table .figure").first.get_attribute("href") or ""


def test_from_home_to_an_export(page: Page) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_have_text("What the talks said")
    page.locator("#search").fill("deploying kafka on kubernetes")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"/search\?q=deploying\+kafka\+on\+kubernetes"))
    expect(page.locator("mark").first).to_be_visible()

    page.get_by_role("link", name="Kafka on Kubernetes: Keeping It Simple").click()
    expect(page.locator("h1")).to_have_text("Kafka on Kubernetes: Keeping It Simple")
    expect(page.get_by_role("link", name="Nikki Thean").first).to_be_visible()
    page.get_by_text("Why these themes").click()
    expect(page.get_by_text("decided by").first).to_be_visible()

    page.get_by_role("list", name="Themes").get_by_role("link", name="Operations").click()
    expect(page.locator("h1")).to_have_text("Operations")
    expect(page.get_by_role("heading", name="What it is not")).to_be_visible()

    page.goto(f"/reports/themes?edition={EDITION}")
    expect(page.locator("h1")).to_have_text(re.compile("San Francisco 2019"))
    figure = page.get_by_role("row", name=re.compile("^Operations")).locator(".figure")
    counted, known = re.findall(r"\d+", figure.inner_text())
    figure.click()
    expect(page.get_by_text(f"Counted ({counted})")).to_be_visible()
    expect(page.get_by_role("link", name=f"Not counted ({int(known) - int(counted)})")).to_be_visible()
    expect(page.locator(".talk")).to_have_count(int(counted))

    page.go_back()
    with page.expect_response(re.compile(r"/reports/themes\.md")) as export:
        page.get_by_role("link", name="Markdown").click()
    assert export.value.status == 200
    assert b"Operations" in export.value.body()


@pytest.mark.parametrize(("scheme", "width", "size"), [("light", 320, ""), ("dark", 360, ""), ("light", 390, "200%")])
def test_nothing_is_wider_than_a_phone(browser: Browser, site: str, scheme: Any, width: int, size: str) -> None:
    """At 320 px too, which is a desktop at 400 %, and with letters of twice the size."""
    phone: Any = {"width": width, "height": PHONE["height"]}
    context = browser.new_context(base_url=site, viewport=phone, color_scheme=scheme)
    page = context.new_page()
    for path in (*PATHS, first_figure(page)):
        page.goto(path)
        if size:
            page.evaluate("size => document.documentElement.style.setProperty('font-size', size)", size)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{path} is {over} px too wide"
    context.close()


def test_on_a_phone_facets_are_closed_above_the_results(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/search?q=kafka")
    summary, facet = page.get_by_text("Narrow the results"), page.locator(".facets li a").first
    first = page.locator(".talk").first
    above, below = summary.bounding_box(), first.bounding_box()
    assert above
    assert below
    assert above["y"] < below["y"]
    expect(facet).to_be_hidden()
    summary.click()
    expect(facet).to_be_visible()
    context.close()


def test_on_a_desktop_facets_stand_open_beside_the_results(page: Page) -> None:
    page.goto("/search?q=kafka")
    facet = page.locator(".facets li a").first
    expect(facet).to_be_visible()
    expect(page.get_by_text("Narrow the results")).to_be_hidden()
    left, talk = facet.bounding_box(), page.locator(".talk").first.bounding_box()
    assert left
    assert talk
    assert left["x"] + left["width"] < talk["x"]
    facet.click()
    expect(page.get_by_role("list", name="Filters in force")).to_be_visible()


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_dark_follows_the_system_and_the_switch_is_remembered(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=DESKTOP, color_scheme="dark")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/")
    dark = paper(page)
    assert dark == "rgb(21, 22, 24)"
    page.get_by_role("button", name="Switch to light colours").click()
    assert paper(page) == "rgb(251, 250, 247)"
    page.goto("/talks")
    assert paper(page) == "rgb(251, 250, 247)"
    page.get_by_role("button", name="Switch to dark colours").click()
    assert paper(page) == dark
    context.close()


def test_without_script_everything_still_works(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=DESKTOP, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/talks")
    assert page.locator("#theme-switch").is_hidden()
    assert page.locator("#keys-switch").is_hidden()
    assert page.locator("#keys").is_hidden()
    page.locator("#q").fill("brokers")
    page.locator("#q").press("Enter")
    assert "/search?q=brokers" in page.url
    page.locator(".facets li a").first.click()
    assert page.locator(".chip.remove").count() == 1
    page.goto("/talks")
    page.locator("select[name=theme]").select_option("operations")
    page.get_by_role("button", name="Show").click()
    assert "theme=operations" in page.url
    assert page.locator("h1").inner_text() == "Talks: Operations"
    page.goto(TALK)
    page.get_by_text("Why these themes").click()
    assert page.get_by_text("decided by").first.is_visible()
    context.close()


def test_the_keys(page: Page) -> None:
    page.goto("/talks")
    focused = "document.activeElement"
    page.keyboard.press("/")
    assert page.evaluate(f"{focused}.id") == "q"
    page.keyboard.type("j?")
    assert page.input_value("#q") == "j?"
    page.keyboard.press("Escape")  # closes the list of completions, where it has come by now
    page.keyboard.press("Escape")
    titles = page.locator("[data-row]")
    page.keyboard.press("j")
    assert page.evaluate(f"{focused}.textContent") == titles.nth(0).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    second = titles.nth(1).inner_text()
    assert page.evaluate(f"{focused}.textContent") == second
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(second)


def test_the_keys_can_be_turned_off(page: Page) -> None:
    page.goto("/talks")
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="Turn the keys off").click()
    page.get_by_role("button", name="Close").click()
    page.goto("/themes")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"


def test_tab_begins_with_the_skip_link_and_focus_shows(page: Page) -> None:
    page.goto(TALK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    expect(page.get_by_text("Skip to content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


UNSEEN = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => { one.focus(); return document.activeElement === one; })
    .filter(one => {
        one.focus();
        const { width, height, right } = one.getBoundingClientRect();
        let clipped = false;
        for (let up = one; up; up = up.parentElement) clipped ||= getComputedStyle(up).clipPath !== "none";
        return clipped || width < 4 || height < 4 || right <= 0;
    })
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_nothing_that_has_the_focus_is_unseen(browser: Browser, site: str, size: Any) -> None:
    context = browser.new_context(base_url=site, viewport=size)
    page = context.new_page()
    for path in ("/", "/speakers", "/technologies", "/talks", TALK, "/search?q=kafka"):
        page.goto(path)
        assert page.evaluate(UNSEEN) == [], path
    context.close()


def test_folded_tables_are_sorted_by_links_above_them(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/technologies")
    expect(page.get_by_text("Kind", exact=True).last).to_be_hidden()  # nothing is sorted by it
    page.get_by_role("link", name="Editions", exact=True).last.click()
    expect(page).to_have_url(re.compile("sort=editions"))
    expect(page.locator("th[aria-sort]")).to_have_text("Editions")
    expect(page.locator("th[aria-sort]")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, site: str, scheme: Any) -> None:
    context = browser.new_context(
        base_url=site,
        viewport=DESKTOP if scheme == "light" else PHONE,  # type: ignore[arg-type]
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    for path in (*PATHS, first_figure(page)):
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        found = Axe().run(page, options=rules)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
    context.close()


def test_the_page_may_load_nothing_from_elsewhere(desktop: BrowserContext, site: str) -> None:
    page = desktop.new_page()
    faults = watch(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(TALK)
    page.wait_for_load_state("networkidle")
    assert faults == []
    assert all(url.startswith(site) for url in asked)
    assert sum("woff2" in url for url in asked) == 2
    assert page.evaluate("document.fonts.check('16px \"Source Serif 4\"') && document.fonts.check('16px Inter')")


def test_printing_leaves_the_report_alone(page: Page) -> None:
    page.goto(f"/reports/themes?edition={EDITION}")
    page.emulate_media(media="print")
    for gone in (".top nav", ".top form", ".switch", ".skip"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator("table").first).to_be_visible()
    assert paper(page) == "rgb(255, 255, 255)"
