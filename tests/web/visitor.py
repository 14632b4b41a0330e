"""A browser without JavaScript, as far as the tests need one: pages, their forms, and what is typed into them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from starlette.testclient import TestClient

Typed = str | Sequence[str] | None


@dataclass
class Control:
    """One field of a form: what it offers, and what stands in it now."""

    kind: str
    options: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    multipart: bool
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled_in(self) -> dict[str, list[str]]:
        """What a browser would send of this form as it stands."""
        return {name: list(control.values) for name, control in self.controls.items() if control.values}


class _Reader(HTMLParser):
    """Reads a page into its forms, links and words."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.language = ""
        self._open: list[str] = []
        self._select: Control | None = None
        self._area: Control | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("html", "h1", "title", "legend", "p", "li", "label", "td", "th", "dd", "code", "style", "script"):
            self._open.append(tag)
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self._url, given["href"]))
        elif tag == "form":
            action = urljoin(self._url, given.get("action", "") or self._url)
            multipart = given.get("enctype") == "multipart/form-data"
            self.forms.append(Form(action, given.get("method", "get"), multipart))
            self._inside = True
        elif self._inside:
            self._field(tag, given)

    def _field(self, tag: str, given: Mapping[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "button":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea":
            self._area = form.controls.setdefault(name, Control("textarea"))
            self._area.values.append("")
        elif tag == "select":
            self._select = form.controls.setdefault(name, Control("select"))
        elif tag == "option" and self._select:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.values.append(given.get("value", ""))
        elif tag == "input" and name:
            kind = given.get("type", "text")
            control = form.controls.setdefault(name, Control(kind))
            if kind in ("radio", "checkbox"):
                control.options.append(given.get("value", "on"))
                if "checked" in given:
                    control.values.append(given.get("value", "on"))
            elif kind != "file":
                control.values.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area.values[-1] += data.removeprefix("\n")
        elif not {"style", "script"} & set(self._open):
            for tag in {*self._open, "all"}:
                self.words.setdefault(tag, []).append(data)


class Page:
    """One answer of the service, read as a person would."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.url = str(answer.url)
        self.path = urlsplit(self.url).path
        reader = _Reader(self.url)
        reader.feed(answer.text)
        self.forms = reader.forms
        self.links = reader.links
        self.language = reader.language
        self._words = reader.words

    def said(self, tag: str = "all") -> str:
        return " ".join(" ".join(self._words.get(tag, [])).split())

    @property
    def heading(self) -> str:
        return self.said("h1")

    @property
    def title(self) -> str:
        return self.said("title")

    def form(self, ending: str = "") -> Form:
        """The form whose action ends so; without an ending the first that holds more than a button."""
        for form in self.forms:
            path = urlsplit(form.action).path
            if path.endswith(ending) if ending else path != "/uitloggen":
                return form
        raise AssertionError(f"no form to '{ending}' on {self.path}: {[f.action for f in self.forms]}")

    def has_form(self, ending: str) -> bool:
        return any(urlsplit(form.action).path.endswith(ending) for form in self.forms)


class Visitor:
    """Somebody with a browser: follows links and redirects, and sends forms with what is hidden in them."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def open(self, path: str, **more: Any) -> Page:
        return Page(self.client.get(path, follow_redirects=True, **more))

    def send(self, form: Form, typed: Mapping[str, Typed] | None = None, **more: Any) -> Page:
        """Send a form with these fields typed in; None leaves a field out, a list gives it several times."""
        fields = form.filled_in()
        for name, value in (typed or {}).items():
            fields.pop(name, None)
            if value is not None:
                fields[name] = [value] if isinstance(value, str) else list(value)
        data: dict[str, Any] = dict(fields)
        if form.multipart:
            more.setdefault("files", {"file": ("", b"", "application/octet-stream")})
        return Page(self.client.post(form.action, data=data, follow_redirects=True, **more))
