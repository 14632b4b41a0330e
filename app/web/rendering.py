"""Owns how a page is drawn: templates in two languages, one CSS file, no build step."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime
from fastapi import Request, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse

from app.domain.assessment import DUTCH_TIME
from app.domain.problems import Fault
from app.domain.text import Language, Text, signed
from app.web.entry import LANGUAGE_COOKIE, SAFE_METHODS, SESSION_COOKIE, cookie, cookies, desk_of, language_of
from app.web.security import form_token

HERE = Path(__file__).parent
STATIC = HERE / "static"

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_environment.filters["signed"] = signed
_environment.filters["sentence"] = lambda words: words[:1].upper() + words[1:]


def _in_order_of(faults: Sequence[Fault], fields: Mapping[str, str]) -> list[Fault]:
    """The same faults in the order in which a form has their `fields`; last, as they came, those of no field."""
    places = {where: place for place, where in enumerate(fields)}
    return sorted(faults, key=lambda found: places.get(found.where, len(places)))


_environment.filters["in_order_of"] = _in_order_of


@cache
def static_url(name: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


class Tongue:
    """Says things in one language. `t("Nederlands", "English")` keeps both side by side in a template."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def t(self, nl: str, en: str, **values: object) -> Markup:
        text = Markup(nl if self.language == "nl" else en)  # noqa: S704 - words of our own templates
        return text.format(**values) if values else text

    def say(self, text: Text) -> str:
        return text.in_(self.language)

    def moment(self, when: datetime) -> str:
        """Day and hour in the Netherlands."""
        pattern = "EEEE d MMMM y 'om' HH:mm" if self.language == "nl" else "EEEE d MMMM y 'at' HH:mm"
        return format_datetime(when, pattern, tzinfo=DUTCH_TIME, locale=self.language)

    def day(self, when: date | None) -> str:
        return format_date(when, format="d MMMM y", locale=self.language) if when else "–"


def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """One page in the reader's language."""
    return page_of(request, draw(request, template, **values), status)


def draw(request: Request, template: str, **values: Any) -> str:
    """The words of a page in the reader's language."""
    language = language_of(request)
    tongue = Tongue(language)
    return _environment.get_template(template).render(
        language=language,
        t=tongue.t,
        say=tongue.say,
        day=tongue.day,
        moment=tongue.moment,
        static=static_url,
        themed=desk_of(request).theme_css is not None,
        signed_in=cookie(request, SESSION_COOKIE) is not None,
        **{"path": request.url.path, "shown_at": shown_at(request), "form_token": form_token(request), **values},
    )


#: Forms that do not stand on the page above their address.
_STANDS_ON = {"/invullen/inzenden": "/invullen/nakijken"}


def shown_at(request: Request) -> str:
    """Where a browser can ask for this page: where the answer to a form has no page of its own, that of the form."""
    path = request.url.path
    route = request.scope.get("route")
    if request.method in SAFE_METHODS or not isinstance(route, APIRoute):
        return path
    if path in _STANDS_ON:
        return _STANDS_ON[path]
    pages = {page.path for page in request.app.routes if isinstance(page, APIRoute) and "GET" in (page.methods or ())}
    above = route.path.split("/")
    while above and "/".join(above) not in pages:
        above.pop()
    return "/".join(path.split("/")[: len(above)]) or "/"


def page_of(request: Request, page: str, status: int = 200) -> Response:
    """The answer that brings a page."""
    language = language_of(request)
    response = HTMLResponse(page, status_code=status, headers={"content-language": language})
    if request.query_params.get("taal") == language and cookies(request).get(LANGUAGE_COOKIE) != language:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=31_536_000, path="/", samesite="lax", secure=desk_of(request).secure
        )
    return response


def see_other(path: str) -> RedirectResponse:
    """After a form: the page that follows, which may be loaded again without sending anything twice."""
    return RedirectResponse(path, status_code=303)


class Drawing:
    """A page that many readers see, drawn once: what differs from one to the next is filled in at its places."""

    #: Around the name of a place; nobody can have typed it.
    _MARK = secrets.token_hex(16)

    def __init__(self, drawn: str) -> None:
        self._pieces = drawn.split(self._MARK)
        self._places: dict[str, list[int]] = {}
        for number in range(1, len(self._pieces), 2):
            self._places.setdefault(self._pieces[number], []).append(number)
            self._pieces[number] = ""

    @classmethod
    def place(cls, *name: object) -> Markup:
        """In a template: here comes what is filled in under this name."""
        return Markup(f"{cls._MARK}{'='.join(map(str, name))}{cls._MARK}")  # noqa: S704 - names of our own

    def filled(self, values: Mapping[str, str]) -> str:
        """The page for one reader; a place without a value stays empty."""
        pieces = [*self._pieces]
        for name, value in values.items():
            for number in self._places.get(name, ()):
                pieces[number] = escape(value)
        return "".join(pieces)
