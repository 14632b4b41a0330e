"""Reads a printed report as a reader or a screen reader would: its words, its tags, its tables."""

import io
from collections.abc import Iterator
from typing import Any

import pdfplumber

Element = dict[str, Any]


class Paper:
    """A PDF by its structure tree: every text under the tag that it belongs to."""

    def __init__(self, pdf: bytes) -> None:
        with pdfplumber.open(io.BytesIO(pdf)) as found:
            self.pages = len(found.pages)
            self.tree: list[Element] = found.structure_tree
            self._words: dict[tuple[int, int], list[str]] = {}
            for page in found.pages:
                for char in page.chars:
                    if char.get("mcid") is not None:
                        self._words.setdefault((page.page_number, char["mcid"]), []).append(char["text"])

    def elements(self, kind: str | None = None) -> Iterator[Element]:
        stack = list(reversed(self.tree))
        while stack:
            element = stack.pop()
            if kind in (None, element["type"]):
                yield element
            stack += reversed(element.get("children", []))

    def text(self, element: Element) -> str:
        """The words of an element and all in it, in the order of its marked content, with single spaces."""
        marked = sorted(set(self._marked(element, None)))
        words = " ".join("".join(self._words.get(place, [])) for place in marked)
        return " ".join(words.split()).replace("- ", "-")  # a name may break after its own hyphen

    def _marked(self, element: Element, page: int | None) -> Iterator[tuple[int, int]]:
        page = element.get("page_number") or page
        yield from ((page or 0, mcid) for mcid in element.get("mcids", []))
        for child in element.get("children", []):
            yield from self._marked(child, page)

    @property
    def words(self) -> str:
        return " ".join(filter(None, (self.text(root) for root in self.tree)))

    def tables(self) -> Iterator[list[list[str]]]:
        """Each table as rows of words; a cell over several rows or columns stands in each of them."""
        for table in self.elements("Table"):
            yield self._rows(table)

    def _rows(self, table: Element) -> list[list[str]]:
        rows: list[list[str]] = []
        waiting: dict[int, tuple[int, str]] = {}
        for row in (r for part in table["children"] for r in ([part] if part["type"] == "TR" else part["children"])):
            cells = [(self.text(cell), _span(cell, "RowSpan"), _span(cell, "ColSpan")) for cell in row["children"]]
            placed: list[str] = []
            while cells or len(placed) in waiting:
                if len(placed) in waiting:
                    left, words = waiting.pop(len(placed))
                    if left > 1:
                        waiting[len(placed)] = (left - 1, words)
                    placed.append(words)
                    continue
                words, down, across = cells.pop(0)
                for _ in range(across):
                    if down > 1:
                        waiting[len(placed)] = (down - 1, words)
                    placed.append(words)
            rows.append(placed)
        return rows


def _span(cell: Element, name: str) -> int:
    return int(cell.get("attributes", {}).get(name, 1))
