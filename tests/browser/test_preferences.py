"""What a reader has set on their own machine: forced colours, less motion, a dark screen, a large zoom, a keyboard."""

from typing import Any

import pytest

from app.domain.text import LANGUAGES, Language
from tests.browser.places import PLACES
from tests.browser.seen import PHONE
from tests.browser.steps import Place
from tests.browser.walk import Visit, walk
from tests.browser.world import World
from tests.people import FAN, FAN_PEOPLE, House, address


def named(*names: str) -> list[Place]:
    found = [place for place in PLACES if place.name in names]
    assert len(found) == len(names)
    return found


QUESTIONS = named("theme about several", "theme with statements left open", "open questions")
#: A page of each kind.
KINDS = [
    *QUESTIONS,
    *named("home", "start", "choice of too many", "check", "receipt", "overview", "draft", "people", "open"),
    *named("details with faults", "report of a reader"),
]

#: What an element looks like by itself, without the words in it.
LOOKS = """e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.borderColor,
  s.borderWidth, s.backgroundColor, s.boxShadow, s.color, s.textDecorationLine].join() }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_every_mark_is_still_seen(chromium: Any, world: World, scheme: str) -> None:
    def look(visit: Visit) -> None:
        page = visit.page
        if "/vragen/" in page.url and page.locator("input[type=radio]").count():
            page.locator("label:has(input[type=radio])").nth(1).click()
            chosen, other = (page.locator(".scale label").nth(n).evaluate(LOOKS) for n in (1, 2))
            if chosen == other:
                visit.complain("a choice that was made looks like one that was not")
            done, to_come = (page.locator(".progress li").nth(n).evaluate(LOOKS) for n in (0, -1))
            if done == to_come:
                visit.complain("the part that was done looks like what is to come")
        for alert in page.locator(".utrecht-alert").all():
            if alert.evaluate("e => parseFloat(getComputedStyle(e).borderLeftWidth)") < 3:
                visit.complain("a message has no edge")
        for drawing in page.locator("svg").all():
            if drawing.is_visible() and drawing.evaluate(GROUND) != "rgb(255, 255, 255)":
                visit.complain("a drawing in dark ink stands on a ground that the reader chose, which may be dark")
                break

    walk(chromium, world, KINDS, look, forced_colors="active", color_scheme=scheme)


#: The colour behind an element: its own, or that of the nearest element around it that has one.
GROUND = """e => { for (; e; e = e.parentElement) {
  const ground = getComputedStyle(e).backgroundColor; if (ground !== 'rgba(0, 0, 0, 0)') return ground; } return '' }"""


def test_whoever_wants_less_motion_gets_none(chromium: Any, world: World) -> None:
    moving = """() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
      return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 || s.scrollBehavior === 'smooth' })
      .map(e => e.outerHTML.slice(0, 80))"""

    def look(visit: Visit) -> None:
        for found in visit.page.evaluate(moving):
            visit.complain(f"moves: {found}")

    walk(chromium, world, KINDS, look, reduced_motion="reduce")


def test_on_a_machine_set_to_dark_everything_has_its_contrast(chromium: Any, world: World, axe: str) -> None:
    walk(chromium, world, KINDS, lambda visit: visit.axe(axe, ["wcag2aa"]), color_scheme="dark")


#: Whether any part of the focused element can be seen: nothing that stays in place lies over all of it.
SEEN = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  const points = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]];
  return points.some(([x, y]) => {
    const at = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return at && (e.contains(at) || at.contains(e) || at.closest('label')?.contains(e));
  });
}"""


def test_at_400_percent_the_focus_is_never_hidden(chromium: Any, world: World) -> None:
    """WCAG 2.4.11 and 2.4.7, with the line that says 'Opgeslagen' standing at the bottom of the window."""

    def look(visit: Visit) -> None:
        page = visit.page
        if page.locator("input[type=radio]").count():
            page.locator("label:has(input[type=radio])").first.click()
            page.locator("#saved:not(:empty)").wait_for()
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        before: set[str] = set()
        for _ in range(150):
            page.keyboard.press("Tab")
            here = page.evaluate("e => e.outerHTML.slice(0, 100)", page.evaluate_handle("document.activeElement"))
            if here.startswith("<body") or here in before:
                break
            before.add(here)
            if not page.evaluate(SEEN):
                visit.complain(f"hidden while it has the focus: {here}")
        assert len(before) > 2, visit.place.name

    walk(chromium, world, KINDS, look, size=(320, 256), device_scale_factor=4)


def test_the_focus_comes_to_the_summary_of_what_is_wrong(chromium: Any, world: World) -> None:
    def look(visit: Visit) -> None:
        for _ in range(50):  # a browser moves the focus when it draws, some time after the page is there
            if visit.page.evaluate("document.activeElement.id") == "fouten":
                break
            visit.page.wait_for_timeout(100)
        else:
            visit.complain("the focus is not on the summary")
        links = [link.get_attribute("href") or "" for link in visit.page.locator("#fouten a").all()]
        # The fields of this page come first, since what stands on another page is looked for there.
        for path, field in sorted(link.partition("#")[::2] for link in links):
            answer = visit.page.goto(f"{visit.site}{path}") if path else None
            came = answer is None or (answer.ok and answer.url == f"{visit.site}{path}")
            there = not field or visit.page.locator(f'[id="{field}"]').count() == 1
            if not came or not there or not (path or field):
                visit.complain(f"the summary leads to {path}#{field}, which is not there")

    walk(chromium, world, [place for place in PLACES if place.faulty], look)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_heaviest_question_page_is_under_60_kb_in_all(
    chromium: Any, site: str, house: House, language: Language
) -> None:
    """HTML, style, script and icon as they come over the line, without compression: quality.md §5."""
    made = house.opened(FAN_PEOPLE, FAN)
    token = house.links(made)[address("eigenaar")]
    house.fill_in(token)
    with chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale=language) as context:
        page = context.new_page()
        page.goto(f"{site}/invullen/{token}?taal={language}")
        page.locator("main form button").first.click()
        weights: list[int] = []
        for number in range(1, 9):
            sizes: list[int] = []
            page.on("response", lambda answer, sizes=sizes: sizes.append(len(answer.body())))
            page.goto(f"{site}/invullen/vragen/{number}", wait_until="networkidle")
            icon = page.locator("link[rel=icon]").get_attribute("href")
            sizes.append(len(context.request.get(f"{site}{icon}").body()))
            weights.append(sum(sizes[: len(sizes)]))
    assert max(weights) < 60_000, weights
