"""A walk along every place in one language and in one kind of window, and what must be true at each."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.domain.text import Language
from app.web.entry import LANGUAGE_COOKIE, SESSION_COOKIE
from tests.browser.seen import RULES, WIDE
from tests.browser.steps import Place
from tests.browser.world import World


@dataclass
class Visit:
    """One place in one window: the page of Playwright, the last answer of the server, and all that went on."""

    page: Any
    place: Place
    site: str
    answer: Any = None
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complain(f"an error in a script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def complain(self, words: str) -> None:
        self.complaints.append(f"{self.place.name}: {words}")

    def _said(self, message: Any) -> None:
        # A refusal is told in the console by the browser itself, of the page only.
        refused = message.text.startswith("Failed to load resource")
        if not (refused and message.location.get("url", "").split("?")[0] == self.page.url.split("?")[0]):
            self.complain(f"in the console: {message.text}")

    def _asked(self, request: Any) -> None:
        host = urlsplit(request.url).hostname
        if host and host != "127.0.0.1":
            self.complain(f"asked another host: {request.url}")

    def _answered(self, response: Any) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self.answer = response

    def came_where_it_should(self) -> None:
        """The route that the place names has answered, with the status that it names."""
        method, path, status = self.answer.request.method, urlsplit(self.answer.url).path, self.answer.status
        route = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.place.route))
        if self.place.route and not re.fullmatch(route, path):
            self.complain(f"came to {path}")
        if (method, status) != (self.place.method, self.place.status):
            self.complain(f"{method} {path} answered {status}")

    def axe(self, axe: str, rules: Iterable[str] = RULES) -> None:
        self.page.evaluate(axe)
        found = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))",
            list(rules),
        )
        for violation in found:
            self.complain(f"axe: {violation}")

    def fits(self, what: str) -> None:
        """Nothing makes the page itself scroll sideways; a table may scroll in a box of its own."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            widest = self.page.evaluate(WIDEST)
            self.complain(f"{what}: scrolls sideways by {wide} px because of {widest}")


#: The element that sticks out furthest, outside boxes that scroll by themselves.
WIDEST = """() => {
  const edge = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > edge + 1
    && !e.closest('.table-scroll > table'));
  return out.length ? out[out.length - 1].outerHTML.slice(0, 120) : '?';
}"""

Look = Callable[[Visit], None]


def walk(
    chromium: Any,
    world: World,
    places: Iterable[Place],
    look: Look,
    *,
    language: Language = "nl",
    size: tuple[int, int] = WIDE,
    last: Callable[[], list[str]] = list,
    **window: Any,
) -> None:
    """Look at every place, and then say all that is wrong; `last` judges what was kept on the way."""
    complaints: list[str] = []
    visited = 0
    for place in places:
        with visiting(chromium, world, place, language, size, **window) as visit:
            try:
                place.arrive(visit.page, world)
                visit.came_where_it_should()
                look(visit)
            except Exception as error:  # noqa: BLE001 - one place that cannot be reached hides no other
                visit.complain(f"{type(error).__name__}: {str(error)[:300]}")
        complaints += visit.complaints
        visited += 1
    assert visited
    complaints += last()
    assert not complaints, "\n".join(dict.fromkeys(complaints))


@contextmanager
def visiting(
    chromium: Any, world: World, place: Place, language: Language, size: tuple[int, int], **window: Any
) -> Iterator[Visit]:
    width, height = size
    context = chromium.new_context(viewport={"width": width, "height": height}, locale=f"{language}-NL", **window)
    context.set_default_timeout(15_000)
    held = {LANGUAGE_COOKIE: language}
    if place.who:
        held[SESSION_COOKIE] = world.house.session(place.who)
    context.add_cookies([{"name": name, "value": value, "url": world.site} for name, value in held.items()])
    visit = Visit(context.new_page(), place, world.site)
    visit.watch()
    try:
        yield visit
    finally:
        context.close()
