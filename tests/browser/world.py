"""One office with assessments in every state, and the ways in of everyone who looks at them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from sqlalchemy import select, update

from app.service import access, comments, commissioning, erasing, learning, practices
from app.store.tables import AssessmentRow
from tests.people import COMMISSIONER, FAN, FAN_PEOPLE, SQUARE, TWENTY, House, address
from tests.service.test_conversation import FIRST, TALK
from tests.service.test_practices import PRACTICE, SHARED

#: A token that nobody was ever given.
NEVER_GIVEN = "x" * 43


class World:
    """`site` is the service; `out_of_reach` is the same service while its database cannot be reached."""

    def __init__(self, house: House, site: str, out_of_reach: str) -> None:
        self.house, self.site, self.out_of_reach = house, site, out_of_reach
        self.webhook, _ = house.webhook(f"https://systeem.example/{'een-heel-lang-pad/' * 8}")
        first = house.released(TWENTY, SQUARE, answer=lambda rating: 1 + sum(map(ord, rating.key)) % 5)
        second = house.opened(TWENTY, SQUARE, next_wave_of=first.constellation)
        for token in house.links(second).values():
            house.send(token, 4, {"oq-gesprek": "Een vast gesprek per kwartaal."})
        self.released = house.release(house.close(second))
        self.earlier = first
        with house.work() as work:
            learning.plan_conversation(
                work, house.commissioner, self.released.id, TALK, {"natuur": ["n@natuur.example"]}
            )
            learning.record_agreements(work, house.commissioner, self.released.id, [replace(FIRST, party="natuur")])
            practices.record(work, house.commissioner, PRACTICE)
            for theme in ("rolvastheid", "rolhulp", "rolinvulling", "uitvoerbaarheid"):
                practices.record(work, house.stranger, replace(SHARED, theme=theme))
        self.erased = house.closed()
        with house.work() as work:
            erasing.erase_by_hand(work, house.commissioner, self.erased.id)
        self.closed = house.closed()
        self.fan = house.opened(FAN_PEOPLE, FAN)
        self.open = house.opened()
        self.draft = house.draft({**TWENTY, "natuur": 3}, SQUARE)
        self.ready = house.draft()
        self.empty = house.draft(people={}, parties=())
        house.key("read")
        more = house.opened()
        self._fresh: Iterator[str] = chain(house.links(self.open).values(), house.links(more).values())
        fan = house.links(self.fan)
        self.chooser, self.by_name = fan[address("dienst")], fan[address("eigenaar")]
        self._faces_three, self.of_few = fan[address("dienst", 2)], fan[address("water")]
        # Who was invited for what is closed by now, and to what opens later.
        self.too_late, self.too_early = house.link(self.closed), house.link(self.draft, "natuur")

    def fresh(self) -> str:
        """The link of somebody who has not begun."""
        return next(self._fresh)

    def begun(self) -> str:
        """The link of somebody who has filled in everything, and has not sent."""
        token = self.fresh()
        self.house.fill_in(token, comments={"oq-gesprek": "Een vast gesprek per kwartaal."})
        return token

    def sent(self) -> str:
        token = self.fresh()
        self.house.send(token)
        return token

    def facing_three(self) -> str:
        """The link of somebody who said to know three opdrachtgevers."""
        self.house.fill_in(self._faces_three, answer=2)
        return self._faces_three

    def reader(self) -> str:
        return self.house.readers(self.released)["natuur"]

    def at_administration(self) -> str:
        """Where an administrator sees this office."""
        return f"/beheer/bureaus/{self.house.office}"

    # --- What happens meanwhile ---

    def may_read_comments(self) -> None:
        with self.house.work() as work:
            comments.declare(work, self.house.commissioner, self.released.id)

    def open_what_is_ready(self) -> None:
        with self.house.work() as work:
            commissioning.open_assessment(work, self.house.commissioner, self.ready.id, [])

    def break_the_draft(self) -> None:
        """Parameters that no service would ever write."""
        with self.house.workshop.database.transaction(write=False) as connection:
            kept = select(AssessmentRow.params).where(AssessmentRow.id == self.draft.id)
            self._kept = connection.execute(kept).scalar_one()
        self._write_parameters([1])

    def mend_the_draft(self) -> None:
        self._write_parameters(self._kept)

    def _write_parameters(self, params: object) -> None:
        with self.house.workshop.database.transaction(write=True) as connection:
            connection.execute(update(AssessmentRow).where(AssessmentRow.id == self.draft.id).values(params=params))

    def belong_to_two_offices(self) -> None:
        with self.house.work() as work:
            for office in (self.house.office, self.house.other_office):
                access.make_sign_in_link(work, office, COMMISSIONER)

    def use_up_sign_in_links(self) -> None:
        with self.house.workshop.database.transaction(write=True) as connection:
            connection.exec_driver_sql("DELETE FROM sign_in_link")
