"""A respondent in a real browser: with and without JavaScript, on a telephone and wide, and by keyboard alone."""

from typing import Any

import pytest

from tests.browser.seen import NARROW, PHONE, WIDE, Eyes, looking
from tests.people import FAN, FAN_PEOPLE, SQUARE, TWENTY, House

NEXT = "button[name=go][value=next]"


def answer_all(page: Any) -> None:
    """Tick the fourth choice of every statement on this page."""
    for name in dict.fromkeys(radio.get_attribute("name") for radio in page.locator("input[type=radio]").all()):
        radio = f'input[type=radio][name="{name}"][value="4"]'
        page.locator(f"label:has({radio})").click()  # as a finger does; Playwright sees to it that nothing lies over it
        assert page.locator(radio).is_checked()


def to_the_end(eyes: Eyes) -> None:
    while "/vragen/" in eyes.page.url:
        answer_all(eyes.page)
        eyes.press(NEXT)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["telephone", "wide"])
def test_a_respondent_fills_in_and_sends(chromium: Any, site: str, axe: str, house: House, size: Any) -> None:
    token = house.link(house.opened())
    with looking(chromium, site, axe, size) as eyes:
        eyes.open(f"/invullen/{token}")
        eyes.press("main form button")
        to_the_end(eyes)
        assert eyes.page.url.endswith("/invullen/nakijken")
        eyes.press("form[action$='/inzenden'] button")
        assert eyes.page.url.endswith("/invullen/ontvangen")
        assert eyes.page.locator("#receipt").inner_text().count("-") == 6
    assert house.number_of("submission") == 1


def test_without_javascript_everything_works(chromium: Any, site: str, axe: str, house: House) -> None:
    token = house.link(house.opened(TWENTY, SQUARE), "eigenaar")
    with looking(chromium, site, axe, PHONE, script=False) as eyes:
        page = eyes.page
        page.goto(f"{site}/invullen/{token}")
        page.locator("input[name=confirm]").check()
        page.locator("main form button").first.click()
        if page.url.endswith("/keuze"):
            for box in page.locator("input[name=judged]").all():
                box.check()
            page.locator("main form button").first.click()
        while "/vragen/" in page.url:
            answer_all(page)
            page.locator(NEXT).click()
        page.locator("form[action$='/inzenden'] button").click()
        assert page.url.endswith("/invullen/ontvangen")
        eyes.looked_at.append("without script")
    assert house.number_of("submission") == 1


def test_by_keyboard_alone(chromium: Any, site: str, axe: str, house: House) -> None:
    token = house.link(house.opened())
    with looking(chromium, site, axe) as eyes:
        page = eyes.page
        eyes.open(f"/invullen/{token}")

        def tab_to(wanted: str) -> None:
            """Go on with Tab until the focus is on such an element, and see that it can be seen."""
            for _ in range(200):
                page.keyboard.press("Tab")
                if page.evaluate("s => document.activeElement.matches(s)", wanted):
                    return
            raise AssertionError(f"Tab never came to {wanted} on {page.url}")

        tab_to("main form button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/vragen/1")
        while "/vragen/" in page.url:
            here = page.url
            for name in dict.fromkeys(r.get_attribute("name") for r in page.locator("input[type=radio]").all()):
                tab_to(f'input[type=radio][name="{name}"]')
                page.keyboard.press("Space")
            tab_to(NEXT)
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
            assert (outline, shadow) != ("none", "none"), "the focus cannot be seen"
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, here=here: url != here)
        tab_to("form[action$='/inzenden'] button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/ontvangen")
        eyes.look()
    assert house.number_of("submission") == 1


def test_every_page_of_a_respondent_fits_the_narrowest_screen_also_with_faults(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    made = house.opened(FAN_PEOPLE, FAN)
    token = house.link(made, "dienst")
    with looking(chromium, site, axe, NARROW) as eyes:
        page = eyes.page
        eyes.open(f"/invullen/{token}")
        eyes.press("main form button")
        for box in page.locator("input[name=judged]").all():
            box.check()
        eyes.press("main form button")  # five are too many: the page with its fault
        assert page.title().startswith("Fout")
        for box in page.locator("input[name=judged]").all()[:2]:
            box.uncheck()
        eyes.press("main form button")
        eyes.press(NEXT)  # left open: the page says so once
        assert page.url.endswith("/vragen/1?open=ja")
        eyes.press("button[name=go][value=stop]")
        for path in ("vragen/2", "vragen/8", "vragen/9", "nakijken"):
            eyes.open(f"/invullen/{path}")
        eyes.press("form[action$='/inzenden'] button")  # nothing filled in
        assert page.title().startswith("Fout")
        eyes.open("/invullen/vragen/2?taal=en")
        assert page.locator("html").get_attribute("lang") == "en"
        eyes.open(f"/invullen/{'x' * 43}")
        house.send(token)
        eyes.open(f"/invullen/{token}")
        house.close(made)
        eyes.open(f"/invullen/{token}")


def test_a_fault_leads_to_its_field(chromium: Any, site: str, axe: str, house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token)
    with looking(chromium, site, axe) as eyes:
        page = eyes.page
        eyes.open(f"/invullen/{token}")
        eyes.press("main form button")
        eyes.open("/invullen/vragen/1")
        page.evaluate("document.querySelector('input[type=radio]:checked').value = '9'")
        eyes.press(NEXT)
        assert page.title().startswith("Fout")
        target = page.locator("#fouten a").first.get_attribute("href") or ""
        page.locator("#fouten a").first.click()
        assert page.locator(target).is_visible()
