"""A commissioner in a real browser: from nothing to a report with the figures of the JSON."""

import re
from typing import Any

import httpx

from app.service import commissioning
from tests.browser.seen import NARROW, WCAG, WIDE, Eyes, looking
from tests.people import CLOSES, RETAINED, SQUARE, TWENTY, House, address

DETAILS = {
    "purpose": "Zien waar beelden verschillen.",
    "legal_basis": "Algemeen belang",
    "contact_name": "Team Driehoek",
    "contact_email": "team@bureau.example",
    "closes_on": CLOSES.isoformat(),
    "retention_on": RETAINED.isoformat(),
}


def sign_in(eyes: Eyes, house: House) -> None:
    eyes.open(f"/inloggen/{house.sign_in_link()}")
    eyes.press("main form button")
    assert eyes.page.url.endswith("/bureau")


def set_up(eyes: Eyes) -> str:
    """A driehoek with two opdrachtgevers and twenty people; gives the address of its page."""
    page = eyes.page
    eyes.open("/bureau/metingen/nieuw")
    page.fill("input[name=constellation]", "Dienst Registers")
    eyes.press("main form button")
    for number, party in enumerate(SQUARE):
        page.locator("select[name=role]").nth(number).select_option(party.role)
        page.locator("input[name=name]").nth(number).fill(party.name)
        page.locator("input[name=key]").nth(number).fill(party.key)
        page.locator("select[name=voice]").nth(number).select_option(party.voice)
    eyes.press("main form button:not([name])")
    hub = str(page.url).partition("?")[0]
    eyes.open(f"{hub}/gegevens")
    for name, value in DETAILS.items():
        page.fill(f"[name={name}]", value)
    eyes.press("main form button")
    eyes.open(f"{hub}/mensen")
    lines = [f"{address(party, n)};Mens {n};{party}" for party, count in TWENTY.items() for n in range(1, count + 1)]
    page.fill("textarea[name=people]", "\n".join([*lines, "geen adres;X;weg"]))
    eyes.press("form[action$='/mensen'] button, main form:has(textarea) button")
    assert page.title().startswith("Fout")
    page.fill("textarea[name=people]", "\n".join(lines))
    eyes.press("form[action$='/mensen'] button, main form:has(textarea) button")
    for party in TWENTY:
        eyes.open(f"{hub}/voorbeeld/{party}")
    eyes.open(hub)
    return hub


def everyone_answers(site: str, house: House, links: dict[str, str]) -> None:
    """Through the respondent API, as a script would."""
    for number, token in enumerate(links.values()):
        with httpx.Client(base_url=f"{site}/api/v1", headers={"authorization": f"Bearer {token}"}) as client:
            asked = client.get("/questionnaire").json()
            if asked["statement"]:
                client.put("/questionnaire/confirmation", json={"holdersAgree": True}).raise_for_status()
            if asked["mustChoose"]:
                chosen = [party["key"] for parties in asked["choices"].values() for party in parties]
                asked = client.put("/questionnaire/answers", json={"judged": chosen}).json()
            keys = [r["key"] for page in asked["pages"] for s in page["statements"] for r in s["ratings"]]
            ratings = {key: 1 + (len(key) + number) % 5 for key in keys}
            client.put("/questionnaire/answers", json={"ratings": ratings}).raise_for_status()
            sent = client.post("/questionnaire/submission", json={"receiptCode": asked["receiptCode"]})
            assert sent.status_code == 201, sent.text


def press_sure(eyes: Eyes, ending: str) -> None:
    """Press the button of a form, with whatever it wants to be sure of."""
    for box in eyes.page.locator(f"form[action$='{ending}'] input[type=checkbox]").all():
        box.check()
    eyes.press(f"form[action$='{ending}'] button")


def test_from_nothing_to_a_report_with_the_figures_of_the_json(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    # The other test of these pages holds them to all rules of axe; this one is about the way through.
    with looking(chromium, site, axe, WIDE, rules=WCAG) as eyes:
        sign_in(eyes, house)
        hub = set_up(eyes)
        press_sure(eyes, "/openen")
        with house.work(write=False) as work:
            made = commissioning.overview(work, house.commissioner)[0][1]
        assert made.state == "open"
        everyone_answers(site, house, house.links(made))
        eyes.open(hub)
        press_sure(eyes, "/sluiten")
        press_sure(eyes, "/vrijgeven")
        eyes.open(f"/rapport/{made.id}")
        key = {"authorization": f"Bearer {house.key('read')}"}
        scores = httpx.get(f"{site}/api/v1/assessments/{made.id}/scores", headers=key)
        text = eyes.page.locator("main").inner_text()
        document = scores.json()
        assert document["snapshot"] in text
        shown = [r["score"] for r in document["relations"] if r["score"] is not None and 5 <= r["score"] <= 95]
        assert shown
        assert [score for score in shown if not re.search(rf"(?<!\d){score}(?!\d)", text)] == []
        known = {**key, "if-none-match": scores.headers["etag"]}
        assert httpx.get(f"{site}/api/v1/assessments/{made.id}/scores", headers=known).status_code == 304


def test_every_page_of_an_office_and_the_report_fit_the_narrowest_screen(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    first = house.released(TWENTY, SQUARE, answer=2)
    varied = {"answer": lambda rating: 1 + sum(map(ord, rating.key)) % 5}
    second = house.released(TWENTY, SQUARE, next_wave_of=first.constellation, **varied)
    draft, opened = house.draft({**TWENTY, "natuur": 3}, SQUARE), house.opened()
    with looking(chromium, site, axe, NARROW) as eyes:
        for path in ("/", "/toegankelijkheid", "/inloggen", "/inloggen/onzin", "/verzonnen", "/api/v1/docs"):
            eyes.open(path)
        sign_in(eyes, house)
        for page in ("", "/partijen", "/gegevens", "/mensen", "/voorbeeld/dienst", "/brieven"):
            eyes.open(f"/bureau/metingen/{draft.id}{page}")
        for path in (f"/bureau/metingen/{opened.id}", "/bureau/toegang", f"/bureau/metingen/{second.id}"):
            eyes.open(path)
        eyes.open(f"/rapport/{second.id}")
        eyes.open(f"/rapport/{second.id}?taal=en")


def test_a_reader_reads_the_report_on_a_wide_screen_and_on_paper(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    made = house.released(TWENTY, SQUARE, answer=lambda rating: 1 + sum(map(ord, rating.key)) % 5)
    with looking(chromium, site, axe, WIDE) as eyes:
        eyes.open(f"/lezen/{house.readers(made)['natuur']}")
        assert eyes.page.locator("svg").first.is_visible()
        for picture in eyes.page.locator("svg").all():
            assert picture.get_attribute("role") == "img"
        eyes.page.emulate_media(media="print")
        assert eyes.page.locator("h1").is_visible()


def test_colours_that_the_reader_forces_keep_every_page_readable(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    made = house.released(TWENTY, SQUARE)
    with looking(chromium, site, axe, WIDE) as eyes:
        eyes.page.emulate_media(forced_colors="active", reduced_motion="reduce")
        eyes.open(f"/lezen/{house.readers(made)['natuur']}")


def test_what_was_typed_elsewhere_on_the_page_of_the_conversation_is_not_thrown_away_unasked(
    chromium: Any, site: str, axe: str, house: House
) -> None:
    made = house.released()
    with looking(chromium, site, axe, WIDE) as eyes:
        sign_in(eyes, house)
        eyes.open(f"/bureau/metingen/{made.id}/gesprek")
        page = eyes.page
        asked: list[str] = []

        def refuse(dialog: Any) -> None:
            asked.append(dialog.message)
            dialog.dismiss()

        page.fill("#f-place", "Kamer 3")
        page.fill("#f-reflection", "Wij zagen elkaar vaker.")
        page.once("dialog", refuse)
        page.click("form[action$='/terugblik'] button")
        assert "nog niet is bewaard" in asked[0]
        assert page.input_value("#f-place") == "Kamer 3"
        page.once("dialog", lambda dialog: dialog.accept())
        eyes.press("form[action$='/terugblik'] button")
        assert page.input_value("#f-reflection") == "Wij zagen elkaar vaker."
        assert page.input_value("#f-place") == ""
        page.fill("#f-reflection", "Wij zagen elkaar veel vaker.")
        eyes.press("form[action$='/terugblik'] button")  # with nothing else typed nobody is asked anything
        assert page.input_value("#f-reflection") == "Wij zagen elkaar veel vaker."


def test_a_form_that_is_clicked_twice_is_sent_once(chromium: Any, site: str, axe: str, house: House) -> None:
    with looking(chromium, site, axe, WIDE, rules=WCAG) as eyes:
        sign_in(eyes, house)
        eyes.open("/bureau/metingen/nieuw")
        eyes.page.fill("input[name=constellation]", "Dienst Registers")
        button = eyes.page.locator("main form button").bounding_box()
        with house.work():  # the service waits to write, as a busy one does
            for _ in range(2):
                eyes.page.mouse.click(button["x"] + 9, button["y"] + 9)
                eyes.page.wait_for_timeout(150)
        eyes.page.wait_for_url("**/partijen*")
        eyes.page.wait_for_timeout(300)
        with house.work(write=False) as work:
            assert len(commissioning.overview(work, house.commissioner)) == 1


def test_who_goes_back_may_send_a_form_again(chromium: Any, site: str, axe: str, house: House) -> None:
    made = house.draft()
    with looking(chromium, site, axe, WIDE, rules=WCAG) as eyes:
        sign_in(eyes, house)
        eyes.open(f"/bureau/metingen/{made.id}/gegevens")
        for title in ("Eerste", "Tweede"):
            eyes.page.fill("input[name=title]", title)
            eyes.press("main form button")
            assert house.again(made).title == title
            eyes.page.go_back()
