"""What a visitor does on a page: type an address, fill in, tick, press."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.domain.assessment import Assessment
from tests.browser.world import World

#: One thing that a visitor does in a page of Playwright.
Step = Callable[[Any, World], object]


@dataclass(frozen=True)
class Place:
    """One page in one state: the steps that lead there, the route that answers, and with which status.

    `problem`: the code of the problem that the page tells of, where it is nothing but that. `faulty`: the page asks
    for something to be put right, and says so in its title.
    """

    name: str
    route: str
    steps: tuple[Step, ...]
    who: str = ""
    method: str = "GET"
    status: int = 200
    problem: str = ""
    faulty: bool = field(default=False)

    def arrive(self, page: Any, world: World) -> None:
        for step in self.steps:
            step(page, world)
            page.wait_for_load_state()


def page(name: str, route: str, *steps: Step, who: str = "") -> Place:
    """What an address shows."""
    return Place(name, route, steps, who)


def answer(name: str, route: str, *steps: Step, who: str = "") -> Place:
    """The page that answers a form that was sent."""
    return Place(name, route, steps, who, "POST")


def fault(name: str, route: str, *steps: Step, who: str = "", status: int = 400) -> Place:
    """The same form again, with what is wrong with it."""
    return Place(name, route, steps, who, "POST", status, faulty=True)


def refusal(status: int, code: str, route: str, *steps: Step, who: str = "", method: str = "GET") -> Place:
    """A page that says why not."""
    return Place(f"{code.replace('_', ' ')} ({method} {route})", route, steps, who, method, status, code)


def to(address: str | Callable[[World], str]) -> Step:
    """Type an address, or follow a link from a letter."""

    def go(page: Any, world: World) -> None:
        path = address if isinstance(address, str) else address(world)
        page.goto(path if "://" in path else world.site + path)

    return go


def hub(name: str, under: str = "") -> Step:
    """The page of that assessment of the world at its office, or one under it."""

    def go(page: Any, world: World) -> None:
        made: Assessment = getattr(world, name)
        page.goto(f"{world.site}/bureau/metingen/{made.id}{under}")

    return go


def press(selector: str) -> Step:
    return lambda page, _: page.locator(selector).first.click()


def send(action: str = "") -> Step:
    """Press the button of the form that goes there, past what the browser itself would hold back."""
    selector = f"form[action$='{action}']" if action else "main form"

    def go(page: Any, _: World) -> None:
        form = page.locator(selector).first
        form.evaluate("form => { form.noValidate = true }")
        form.locator("button:not([name=go]), button[value=next]").first.click()

    return go


def fill(values: Mapping[str, str]) -> Step:
    def go(page: Any, _: World) -> None:
        for selector, value in values.items():
            page.locator(selector).first.fill(value)

    return go


def tick(selector: str) -> Step:
    return lambda page, _: [box.check() for box in page.locator(selector).all()]


def change(selector: str, value: str) -> Step:
    """Put something in a field that no browser would."""
    return lambda page, _: page.locator(selector).first.evaluate("(field, value) => { field.value = value }", value)


def meanwhile(happens: Callable[[World], object]) -> Step:
    """What somebody else, or the same person elsewhere, does in the meantime."""
    return lambda _, world: happens(world)


def begin(whose: Callable[[World], str]) -> tuple[Step, Step]:
    """Open a personal link and start."""
    return to(lambda world: f"/invullen/{whose(world)}"), press("main form button")


def arrive(at: str) -> Step:
    """Wait until the browser has been led there."""
    return lambda page, _: page.wait_for_url(at)


def stay_here(instead_of: str) -> Step:
    """Press Stop when the page leads on to there by itself."""
    return lambda page, _: page.route(instead_of, lambda route: route.abort("aborted"))


def hold(cookie: str, value: Callable[[World], str]) -> Step:
    """Have this cookie in the browser from before."""

    def go(page: Any, world: World) -> None:
        page.context.add_cookies([{"name": cookie, "value": value(world), "url": world.site}])

    return go
