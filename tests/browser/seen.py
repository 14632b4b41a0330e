"""A page in a browser, and what must be true of every page that anyone sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

PHONE, NARROW, WIDE = (360, 740), (320, 640), (1280, 900)

#: WCAG 2.2 AA, as far as a program can tell.
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RULES = (*WCAG, "best-practice")


class Eyes:
    """Looks at every page: axe, the console, other hosts, and whether it fits the screen."""

    def __init__(self, page: Any, site: str, axe: str, rules: tuple[str, ...]) -> None:
        self.page = page
        self.site = site
        self._axe = axe
        self._rules = rules
        self._host = urlsplit(site).netloc
        self.complaints: list[str] = []
        self.looked_at: list[str] = []
        page.on("console", lambda message: self._said(f"console: {message.text}", message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _said(self, complaint: str, text: str) -> None:
        # A refusal (a page with faults has status 400) is told in the console by the browser itself.
        if not text.startswith("Failed to load resource"):
            self.complaints.append(f"{complaint} at {self.page.url}")

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != self._host:
            self.complaints.append(f"asked another host: {url}")

    def open(self, path: str) -> None:
        self.page.goto(path if "://" in path else self.site + path)
        self.look()

    def look(self) -> None:
        """One h1, a title, the language; what axe and the screen complain of is kept for the end."""
        page = self.page
        where = f"{urlsplit(page.url).path} at {page.viewport_size['width']} px"
        self.looked_at.append(where)
        assert page.locator("h1").count() == 1, where
        assert page.title(), where
        assert page.locator("html").get_attribute("lang") in ("nl", "en"), where
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{where}: scrolls sideways by {wide} px")
        page.evaluate(self._axe)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
            ".then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')))",
            list(self._rules),
        )
        self.complaints += [f"{where}: {violation}" for violation in found]

    def press(self, selector: str) -> None:
        """Click, and look at where one comes."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        self.look()

    def was_silent(self) -> None:
        assert not self.complaints, "\n".join(dict.fromkeys(self.complaints))
        assert self.looked_at


@contextmanager
def looking(
    chromium: Any,
    site: str,
    axe: str,
    size: tuple[int, int] = WIDE,
    *,
    script: bool = True,
    rules: tuple[str, ...] = RULES,
) -> Iterator[Eyes]:
    """A fresh browser window of this size. Without script, axe still runs: it comes from outside the page."""
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, locale="nl-NL"
    )
    context.set_default_timeout(10_000)
    eyes = Eyes(context.new_page(), site, axe, rules)
    try:
        yield eyes
        eyes.was_silent()
    finally:
        context.close()
