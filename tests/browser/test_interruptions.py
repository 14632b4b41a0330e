"""A respondent who is interrupted: another device, no network, the back button, two links in one browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.web.entry import RESPONDENT_COOKIE
from tests.browser.places import NEXT
from tests.browser.seen import PHONE
from tests.people import House

SAVED, WAITING = "#saved[data-state=saved]", "#saved[data-state=waiting]"


@contextmanager
def device(chromium: Any, **more: Any) -> Iterator[Any]:
    """A telephone of somebody, with nothing in it yet."""
    with chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, locale="nl-NL", has_touch=True, **more
    ) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def start(page: Any, site: str, token: str) -> None:
    page.goto(f"{site}/invullen/{token}")
    page.locator("main form button").first.click()
    page.wait_for_url("**/vragen/*")


def choose(page: Any, number: int, value: int) -> None:
    page.locator("fieldset.statement").nth(number).locator(f"label:has(input[value='{value}'])").first.click()


def chosen(page: Any) -> list[str]:
    return [str(radio.get_attribute("value")) for radio in page.locator("input[type=radio]:checked").all()]


@pytest.fixture
def token(house: House) -> str:
    return house.link(house.opened())


def test_what_was_ticked_on_one_device_is_there_on_the_next(chromium: Any, site: str, house: House, token: str) -> None:
    """The window is closed without a word, twice; the link from the letter goes on where one was."""
    with device(chromium) as page:
        start(page, site, token)
        choose(page, 0, 4)
        choose(page, 1, 2)
        page.wait_for_selector(SAVED)
    with device(chromium) as page:
        start(page, site, token)
        assert chosen(page) == ["4", "2"]
        choose(page, 2, 5)
        page.wait_for_selector(SAVED)
    with device(chromium) as page:
        page.goto(f"{site}/invullen/{token}")
        assert page.locator("main form button").first.inner_text() == "Verder waar u was"
        page.locator("main form button").first.click()
        assert chosen(page) == ["4", "2", "5"]


def test_a_tab_that_stayed_open_saves_only_what_was_changed_in_it(chromium: Any, site: str, token: str) -> None:
    with device(chromium) as old:
        start(old, site, token)
        choose(old, 0, 2)
        old.wait_for_selector(SAVED)
        new = old.context.new_page()
        new.goto(f"{site}/invullen/vragen/1")
        choose(new, 0, 5)
        choose(new, 2, 1)
        new.wait_for_selector(SAVED)
        for value in (4, 3, 4):  # changed, and changed back to what was saved from here before
            choose(old, 1, value)
            old.wait_for_selector("#saved[data-state=saving]", state="detached")
            old.wait_for_selector(SAVED)
        old.locator(NEXT).click()
        old.wait_for_url("**/vragen/*")
        new.reload()
        assert chosen(new) == ["5", "4", "1"]


def test_without_a_network_nothing_is_lost_and_the_page_says_so(
    chromium: Any, site: str, house: House, token: str
) -> None:
    with device(chromium) as page:
        start(page, site, token)
        choose(page, 0, 1)
        page.wait_for_selector(SAVED)
        page.context.set_offline(True)
        choose(page, 0, 3)
        choose(page, 1, 4)
        page.wait_for_selector(WAITING)
        choose(page, 1, 5)
        page.locator(NEXT).click()
        page.wait_for_selector("#saved[data-state=offline]")
        assert page.url.endswith("/vragen/1"), "without a network the next page cannot come"
        assert chosen(page) == ["3", "5"]
        page.context.set_offline(False)
        page.wait_for_selector(SAVED)
        page.reload()
        assert chosen(page) == ["3", "5"]
        page.locator(NEXT).click()
        page.locator(NEXT).click()
        page.wait_for_url("**/vragen/2")


def test_savings_that_fail_are_tried_again_until_the_last_answer_is_kept(
    chromium: Any, site: str, house: House, token: str
) -> None:
    """Three answers while the service fails: afterwards the last one holds, and nothing older overtakes it."""
    with device(chromium) as page:
        start(page, site, token)
        failing = {"times": 3}

        def answer(route: Any) -> None:
            failing["times"] -= 1
            route.fulfill(status=503) if failing["times"] >= 0 else route.continue_()

        page.route("**/vragen/1", answer)
        for value in (1, 2, 3):
            choose(page, 0, value)
            page.wait_for_timeout(400)
        page.wait_for_selector(WAITING)
        page.wait_for_selector(SAVED, timeout=20_000)
        page.unroute("**/vragen/1")
        page.reload()
        assert chosen(page) == ["3"]


def test_an_answer_of_which_the_reply_was_lost_can_be_taken_back_at_once(chromium: Any, site: str, token: str) -> None:
    lost: list[int] = []

    def lose_the_first(route: Any) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    with device(chromium) as page:
        start(page, site, token)
        choose(page, 0, 4)
        page.wait_for_selector(SAVED)
        page.route("**/invullen/vragen/*", lose_the_first)
        choose(page, 0, 2)
        page.wait_for_selector(WAITING)
        choose(page, 0, 4)
        page.wait_for_selector(SAVED)
        assert lost == [204], "it was kept, and nobody heard of it"
    with device(chromium) as page:
        start(page, site, token)
        assert chosen(page) == ["4"]


def test_an_answer_that_is_too_long_is_told_while_typing_and_the_others_are_saved(
    chromium: Any, site: str, house: House, token: str
) -> None:
    """Three answers; the first becomes too long, the second is written after that, and the window is closed."""
    house.fill_in(token)
    with device(chromium) as page:
        start(page, site, token)
        page.goto(f"{site}/invullen/vragen/8")
        first, second, *_ = (area for area in page.locator("textarea").all())
        told = page.locator(f"#e-{first.get_attribute('name')}".replace("@", "\\@"))
        first.fill("x" * 2000)
        page.wait_for_selector(SAVED)
        assert not told.is_visible()
        first.press("End")
        first.type("yz")
        assert "2002" in told.inner_text()
        assert first.get_attribute("aria-invalid") == "true"
        second.fill("Dit past.")
        page.wait_for_selector("#saved[data-state=partly]")
        assert page.evaluate("!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"), (
            "leaving asks first"
        )
    with device(chromium) as page:
        start(page, site, token)
        page.goto(f"{site}/invullen/vragen/8")
        first, second, *_ = (area for area in page.locator("textarea").all())
        assert (first.input_value(), second.input_value()) == ("x" * 2000, "Dit past.")
        first.fill("x" * 2100)
        page.wait_for_selector("#saved[data-state=partly]")
        first.fill("x" * 2000)
        page.wait_for_selector(SAVED)
        first.fill("Kort.")
        page.wait_for_selector(SAVED)
        page.locator(NEXT).click()
        page.wait_for_url("**/nakijken")
        assert "Kort." in page.locator("main").inner_text()


def test_the_back_button_and_the_other_language_keep_every_answer(
    chromium: Any, site: str, house: House, token: str
) -> None:
    with device(chromium) as page:
        start(page, site, token)
        choose(page, 0, 4)
        page.locator(NEXT).click()
        page.locator(NEXT).click()
        page.wait_for_url("**/vragen/2")
        page.go_back()
        page.wait_for_selector("fieldset.statement")
        assert chosen(page) == ["4"]
        choose(page, 1, 2)
        page.locator("button[value=taal-en]").click()
        page.wait_for_url("**?taal=en")
        assert page.locator("html").get_attribute("lang") == "en"
        assert chosen(page) == ["4", "2"]


def test_pressing_send_twice_sends_once_and_shows_the_code(chromium: Any, site: str, house: House, token: str) -> None:
    house.fill_in(token)
    with device(chromium) as page:
        start(page, site, token)
        page.goto(f"{site}/invullen/nakijken")
        page.locator("form[action$='/inzenden'] button").dblclick(no_wait_after=True)
        page.wait_for_url("**/ontvangen")
        assert page.locator("#receipt").inner_text().count("-") == 6
    assert house.number_of("submission") == 1


def test_when_the_cookie_is_gone_the_link_brings_everything_back(
    chromium: Any, site: str, house: House, token: str
) -> None:
    with device(chromium) as page:
        start(page, site, token)
        choose(page, 0, 4)
        page.wait_for_selector(SAVED)
        page.context.clear_cookies(name=RESPONDENT_COOKIE)
        choose(page, 1, 3)
        page.wait_for_selector("#saved[data-state=refused]")
        page.evaluate("document.querySelector('form').dataset.leaving = 'yes'")
        page.locator(NEXT).click()
        assert page.locator("h1").count() == 1
        assert "link" in page.locator("main").inner_text()
        start(page, site, token)
        assert chosen(page) == ["4"]


def test_two_links_in_one_browser_are_never_mixed_up(chromium: Any, site: str, house: House) -> None:
    made = house.opened()
    one, other = house.link(made, "wonen", 1), house.link(made, "dienst", 1)
    with device(chromium) as page:
        start(page, site, one)
        choose(page, 0, 5)
        page.wait_for_selector(SAVED)
        second = page.context.new_page()
        start(second, site, other)
        choose(second, 0, 1)
        second.wait_for_selector(SAVED)
        choose(page, 1, 5)
        page.wait_for_selector("#saved[data-state=refused]")
        page.locator(NEXT).click()
        page.wait_for_selector("h1")
        assert "andere vragenlijst" in page.locator("h1").inner_text().lower()
        second.reload()
        assert chosen(second) == ["1"]
        start(page, site, one)
        assert chosen(page) == ["5"]


def test_withdrawing_and_sending_anew_with_link_and_code(chromium: Any, site: str, house: House, token: str) -> None:
    code = house.send(token, answer=2)
    with device(chromium) as page:
        page.goto(f"{site}/invullen/{token}")
        page.fill("#code", code)
        page.locator("form[action$='/intrekken'] button").click()
        page.wait_for_url("**ingetrokken=ja")
        assert house.number_of("submission") == 0
        page.locator("form:not([action$='/intrekken']) button").last.click()
        page.wait_for_url("**/vragen/1")
        choose(page, 0, 5)
        page.wait_for_selector(SAVED)
        page.goto(f"{site}/invullen/nakijken")
        page.locator("form[action$='/inzenden'] button").click()
        page.wait_for_url("**/ontvangen")
    assert house.number_of("submission") == 1
