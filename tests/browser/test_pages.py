"""Every page in every state: in both languages, at every width, and however somebody has set their screen."""

import os
from pathlib import Path
from typing import Any

from app.domain.text import Language
from tests.browser.languages import SPOKEN, foreign
from tests.browser.nu import Checker
from tests.browser.places import PLACES
from tests.browser.seen import NARROW, WIDE
from tests.browser.walk import Visit, walk
from tests.browser.world import World

FAULT: dict[Language, str] = {"nl": "Fout: ", "en": "Error: "}

#: What WCAG 1.4.12 lets a reader set.
SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""

#: Words that are cut off by the box that they stand in.
CUT_OFF = """() => [...document.querySelectorAll('body :not(input, select, textarea)')].filter(e => {
  const style = getComputedStyle(e);
  return e.clientHeight > 1 && e.clientWidth > 1 && ['hidden', 'clip'].includes(style.overflowX)
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 100))"""


#: Tables that are wider than the screen: those of which nobody hears what they are, and captions that are cut off.
WIDE_TABLES = """() => {
  document.querySelectorAll('details').forEach(e => { e.open = true });
  const wide = [...document.querySelectorAll('.table-scroll')].filter(e => e.scrollWidth > e.clientWidth);
  const nameless = wide.filter(e => e.getAttribute('role') !== 'region' || !e.ariaLabel || e.tabIndex !== 0);
  const cut = wide.flatMap(e => [...e.querySelectorAll('caption:not(.visually-hidden)')])
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth);
  return [...nameless, ...cut].map(e => e.outerHTML.slice(0, 100));
}"""


def picture(visit: Visit, kind: str) -> None:
    """For whoever wants to look: ROLVAST_PICTURES names a folder."""
    folder = os.environ.get("ROLVAST_PICTURES")
    if folder:
        name = f"{PLACES.index(visit.place):02} {visit.place.name}".replace("/", "-")
        visit.page.screenshot(path=Path(folder) / kind / f"{name}.png", full_page=True)


def says_what_it_is(visit: Visit, language: Language) -> None:
    """One heading of the first level, a title that tells of a fault or of none, and one language throughout."""
    page = visit.page
    if (count := page.locator("h1").count()) != 1:
        visit.complain(f"{count} headings of the first level")
    if page.locator("html").get_attribute("lang") != language:
        visit.complain("says that it is in another language")
    if page.title().startswith(FAULT[language]) != (visit.place.faulty or bool(visit.place.problem)):
        visit.complain(f"the title is {page.title()!r}")
    for left in foreign(page.evaluate(SPOKEN)):
        visit.complain(left)


def survives(visit: Visit) -> None:
    """Zoom to 400 %, wider spacing and paper: WCAG 1.4.10 and 1.4.12, and a page that somebody prints."""
    page = visit.page
    page.set_viewport_size({"width": 320, "height": 256})
    visit.fits("at 400 %")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(SPACING)
    visit.fits("with wider spacing")
    for cut in page.evaluate(CUT_OFF):
        visit.complain(f"with wider spacing: cut off: {cut}")
    page.evaluate("document.adoptedStyleSheets = []")
    page.set_viewport_size({"width": 680, "height": 960})  # A4 between its margins
    page.emulate_media(media="print")
    visit.fits("on paper")
    if not page.locator("h1").is_visible():
        visit.complain("on paper: no heading")


def test_on_a_wide_screen_in_dutch_zoomed_with_wide_spacing_and_on_paper(
    chromium: Any, world: World, axe: str, tmp_path: Path
) -> None:
    checker = Checker(tmp_path)

    def look(visit: Visit) -> None:
        picture(visit, "wide-nl")
        says_what_it_is(visit, "nl")
        visit.axe(axe)
        checker.keep(visit.place.name, visit.answer.body())
        survives(visit)

    walk(chromium, world, PLACES, look, language="nl", size=WIDE, last=checker.complaints)


def test_on_the_narrowest_screen_in_english(chromium: Any, world: World, axe: str, tmp_path: Path) -> None:
    checker = Checker(tmp_path)

    def look(visit: Visit) -> None:
        picture(visit, "narrow-en")
        says_what_it_is(visit, "en")
        visit.axe(axe)
        visit.fits("at 320 px")
        for table in visit.page.evaluate(WIDE_TABLES):
            visit.complain(f"at 320 px: has no name, or is cut off: {table}")
        checker.keep(visit.place.name, visit.answer.body())

    walk(chromium, world, PLACES, look, language="en", size=NARROW, last=checker.complaints)
