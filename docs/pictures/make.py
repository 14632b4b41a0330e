"""Makes the pictures of docs/pages.md anew: starts the demo in a folder of its own and goes along its pages.

Needs Chromium, and `pip install playwright pillow`. Run it from the project's folder: `python docs/pictures/make.py`.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PORT = 8179
SITE = f"http://127.0.0.1:{PORT}"
CHROMIUM = os.environ.get("ROLVAST_CHROMIUM", "/usr/bin/chromium")
SIZES = {"wide": (1100, 760), "narrow": (360, 740)}
#: Sixty-four colours are plenty for pages of ink, paper and one accent.
COLOURS = 64
NEXT = "button[name=go][value=next]"


@contextmanager
def demo() -> Iterator[dict[str, str]]:
    """The demo with fresh data; gives the first path of its links by what it leads to."""
    with tempfile.TemporaryDirectory() as var:
        command = [sys.executable, "-m", "app.cli", "demo", "--port", str(PORT)]
        settings = {**os.environ, "ROLVAST_VAR": var, "PYTHONUNBUFFERED": "1"}
        log = Path(var) / "demo.txt"
        with log.open("w") as out:
            process = subprocess.Popen(command, env=settings, stdout=out, stderr=out)
            try:
                wait_for(f"{SITE}/readyz", process)
                links = re.findall(rf"{SITE}/(inloggen|invullen|lezen)/(\S+)", log.read_text())
                yield {kind: f"{SITE}/{kind}/{token}" for kind, token in reversed(links)}
            finally:
                process.terminate()
                process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit("the demo did not start")
        try:
            urlopen(address)
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the demo did not start in two minutes")


def keep(picture: bytes, name: str) -> None:
    image = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(HERE / f"{name}.png", optimize=True)


class Tour:
    """A visitor with a window of one size."""

    def __init__(self, page: Any, size: str) -> None:
        self.page = page
        self._size = size

    def take(self, name: str) -> None:
        keep(self.page.screenshot(), f"{name}-{self._size}")

    def take_part(self, name: str, selector: str) -> None:
        """One element, with a little room around it."""
        keep(self.page.locator(selector).first.screenshot(), f"{name}-{self._size}")

    def go(self, address: str) -> None:
        self.page.goto(address)

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()

    # --- A respondent ---

    def fill_in(self, link: str, *, send: bool) -> None:
        self.go(link)
        self.take("start")
        self.press("main form button")
        if self.page.url.endswith("/keuze"):
            for box in self.page.locator("[name=judged]").all()[:3]:
                box.check()
            self.press("main form button")
        for number in range(1, 12):
            if "/vragen/" not in self.page.url:
                break
            self.answer()
            if number == 2:
                self.page.locator("#saved[data-state=saved]").wait_for()
                self.page.evaluate("scrollTo(0, 0)")
                self.take("question")
            self.press(NEXT)
        self.take("check")
        if send:
            self.press("form[action$='/inzenden'] button")
            self.take("receipt")

    def answer(self) -> None:
        names = [radio.get_attribute("name") for radio in self.page.locator("input[type=radio]").all()]
        for number, name in enumerate(dict.fromkeys(names)):
            self.page.locator(f'label:has(input[name="{name}"][value="{2 + number % 4}"])').click()

    # --- An office ---

    def office(self) -> None:
        self.go(f"{SITE}/bureau")
        self.take("overview")
        for state, name in (("in voorbereiding", "setting-up"), ("open", "assessment")):
            self.go(f"{SITE}/bureau")
            self.press(f"tr:has(.state:text-is('{state}')) a")
            self.take(name)

    # --- A reader ---

    def report(self, link: str) -> None:
        self.go(link)
        self.take("report")
        form = "wide" if self._size == "wide" else "narrow"
        self.take_part("triangle", f"svg.chart-{form}")
        self.page.locator(".charts svg:visible").first.scroll_into_view_if_needed()
        self.take_part("dumbbell", ".charts svg:visible")


def main() -> None:
    with demo() as links, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        signed_in = browser.new_context(locale="nl-NL")
        door = signed_in.new_page()
        door.goto(links["inloggen"])
        door.locator("main form button").click()
        door.wait_for_url("**/bureau")
        held = signed_in.storage_state()
        for size, (width, height) in reversed(SIZES.items()):
            window = {"viewport": {"width": width, "height": height}, "locale": "nl-NL"}
            with browser.new_context(**window) as context:
                Tour(context.new_page(), size).report(links["lezen"])
            with browser.new_context(**window) as context:
                tour = Tour(context.new_page(), size)
                tour.fill_in(links["invullen"], send=True)
                withdraw(tour, links["invullen"])
            with browser.new_context(**window, storage_state=held) as context:
                Tour(context.new_page(), size).office()
        browser.close()


def withdraw(tour: Tour, link: str) -> None:
    """So that the next window begins with a blank questionnaire."""
    code = tour.page.locator("#receipt").inner_text()
    tour.go(link)
    tour.page.fill("#code", code)
    tour.press("form[action$='/intrekken'] button")


if __name__ == "__main__":
    main()
