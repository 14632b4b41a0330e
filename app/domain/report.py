"""Owns the report: what every form of it shows, from one score document.

Reads published documents only, so it cannot show what the document hides.
"""

from functools import cached_property

from app.domain.chapters import comparisons_of, divisions_of, hidden_in, movements_of, section_of, unmoved_in
from app.domain.conclusions import finding_of, praise_of
from app.domain.figures import Figures
from app.domain.findings import Comparison, Division, Finding, Hidden, Movement, Pair, Praise, Shown, ThemeSection
from app.domain.method import method_of
from app.domain.text import Text

#: How many of each the first page and the whole report show (scoring.md §5).
FIRST_STRENGTHS, FIRST_GAPS, MOST_GAPS = 2, 3, 5


class Report(Figures):
    """Everything that any form of the report shows: page, PDF, workbook and guide."""

    @cached_property
    def strengths(self) -> tuple[Praise, ...]:
        return tuple(praise_of(self, strength) for strength in self.document["strengths"])

    @cached_property
    def gaps(self) -> tuple[Finding, ...]:
        """The material gaps of the report, in order: at most five."""
        ranked = [gap for gap in self.document["gaps"] if gap["rank"] is not None]
        return tuple(finding_of(self, gap) for gap in ranked[:MOST_GAPS])

    @cached_property
    def material(self) -> int:
        """How many material gaps there are in all."""
        return sum(gap["rank"] is not None for gap in self.document["gaps"])

    @property
    def questions(self) -> tuple[tuple[Text, Text], ...]:
        """(role, question) for the conversation: one for each of the first gaps, and never the same one twice."""
        chosen: dict[Text, Text] = {}
        for gap in self.gaps[:FIRST_GAPS]:
            offered = [gap.first_question, *gap.questions]
            role, question = next(((r, q) for r, q in offered if q not in chosen), gap.first_question)
            chosen.setdefault(question, role)
        return tuple((role, question) for question, role in chosen.items())

    @cached_property
    def sections(self) -> tuple[ThemeSection, ...]:
        return tuple(section_of(self, figure) for figure in self.document["constellation"])

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The parties of a role that has several, side by side."""
        return tuple(comparisons_of(self))

    @cached_property
    def movements(self) -> tuple[Movement, ...]:
        """Changes since the earlier wave; none in a first wave."""
        return movements_of(self)

    @cached_property
    def unmoved(self) -> tuple[Hidden, ...]:
        """Changes that cannot be told, and why."""
        return tuple(unmoved_in(self))

    @cached_property
    def moved(self) -> tuple[Pair, ...]:
        """The constellation per theme, then and now, to be drawn. The document holds no interval of these levels."""
        then, now = Text("vorige meting", "earlier wave"), Text("deze meting", "this wave")
        return tuple(
            Pair(m.theme.title, then, Shown(m.before), now, Shown(m.now))
            for section in self.sections
            for m in self.movements
            if m.whole and m.theme.key == section.theme.key
        )

    @cached_property
    def divisions(self) -> tuple[Division, ...]:
        return divisions_of(self)

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """What may not be shown, told once per party and per theme where only that is missing."""
        return hidden_in(self)

    @cached_property
    def method(self) -> tuple[Text, ...]:
        return method_of(self)
