"""Who belongs where, when two change it at the same moment."""

from collections.abc import Callable

import pytest

from app.domain.assessment import Actor
from app.domain.problems import NotSignedIn
from app.service import access, offices
from app.service.work import Work
from tests.people import COMMISSIONER, House
from tests.service.storm import while_held

COLLEAGUE = "collega@bureau.example"

Take = Callable[[Work, Actor, str], None]


def ids(house: House, office: str) -> dict[str, str]:
    """Everybody of an office, or the administrators: address → id."""
    with house.work(write=False) as work:
        return {member.email: member.id for member in work.store.access.members(office)}


@pytest.mark.parametrize(
    ("administers", "take_out"), [(False, access.remove_member), (True, offices.remove_administrator)]
)
def test_of_two_who_take_each_other_out_one_stays(house: House, administers: bool, take_out: Take) -> None:
    office = "" if administers else house.office
    with house.work() as work:
        for email in (COMMISSIONER, COLLEAGUE):
            access.make_sign_in_link(work, office, email, "administrator" if administers else "commissioner")
    one, other = (Actor(office, email, may_write=True, administers=administers) for email in (COMMISSIONER, COLLEAGUE))
    members = ids(house, office)

    def takes_out(actor: Actor, email: str) -> None:
        with house.work() as work:
            take_out(work, actor, members[email])

    ends = while_held(
        house.workshop.database,
        "DELETE FROM member",
        lambda: takes_out(one, COLLEAGUE),
        lambda: takes_out(other, COMMISSIONER),
    )
    assert [type(end) for end in ends] == [type(None), NotSignedIn]
    assert COMMISSIONER in ids(house, office)


def test_somebody_who_is_added_twice_at_once_is_added_once(house: House) -> None:
    def add() -> None:
        with house.work() as work:
            access.invite_member(work, house.commissioner, COLLEAGUE, "viewer")

    assert while_held(house.workshop.database, "INSERT INTO member", add, add) == (None, None)
    assert COLLEAGUE in ids(house, house.office)
    with house.work(write=False) as work:
        events = work.store.results.newest_events(house.office, 10)
    assert [event.action for event in events].count("member_added") == 1


def test_an_office_that_is_made_twice_at_once_is_made_once(house: House) -> None:
    def make() -> str:
        with house.work() as work:
            return access.make_office(work, "Bureau Nieuw")

    first, second = while_held(house.workshop.database, "INSERT INTO office", make, make)
    assert first == second
