"""Offices are walls: to another office, nothing of this one exists."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.domain.assessment import Actor, Assessment
from app.domain.problems import NotFound
from app.service import (
    access,
    comments,
    commissioning,
    constellations,
    erasing,
    inviting,
    learning,
    posting,
    practices,
    reporting,
)
from app.service.work import Work
from tests.people import CLOSES, House, rows
from tests.service.test_conversation import CONTACTS, FIRST, TALK

Step = Callable[[Work, Actor, Assessment], object]


def remove_first(work: Work, actor: Actor, made: Assessment) -> object:
    invitation = work.store.answers.people(made.id)[0][0]
    return commissioning.remove_person(work, actor, made.id, invitation)


def tell_of_first(work: Work, actor: Actor, made: Assessment) -> object:
    own = Actor(made.office, "alice@bureau.example", may_write=True)
    (kept,) = learning.record_agreements(work, own, made.id, [FIRST]).agreements
    return learning.tell(work, actor, made.id, kept.id, "kept")


def read_comments(work: Work, actor: Actor, made: Assessment) -> object:
    comments.declare(work, Actor(made.office, "alice@bureau.example", may_write=True), made.id)
    comments.release(work, actor, made.id, {})
    return comments.to_read(work, actor, made.id)


def send_first_again(work: Work, actor: Actor, made: Assessment) -> object:
    return inviting.send_again(work, actor, made.id, work.store.answers.people(made.id)[0][0])


#: Everything that an office can do to an assessment, and the state in which it is possible.
STEPS: dict[str, tuple[str, Step]] = {
    "read": ("draft", lambda w, a, x: w.own(a, x.id)),
    "revise": ("draft", lambda w, a, x: commissioning.revise(w, a, x.id, commissioning.plan_of(x, "Anders"))),
    "people": ("draft", lambda w, a, x: commissioning.people(w, a, x.id)),
    "add_people": ("draft", lambda w, a, x: commissioning.add_people(w, a, x.id, rows({"wonen": 9}))),
    "remove_person": ("draft", remove_first),
    "advice_on_people": ("draft", lambda w, a, x: inviting.advice_on_people(w, a, x.id)),
    "advice_on_parties": ("draft", lambda w, a, x: inviting.advice_on_parties(w, a, x.id, [(x.parties[0], 2)])),
    "send_again": ("open", send_first_again),
    "next_wave": ("released", lambda w, a, x: commissioning.next_wave(w, a, x.id)),
    "preview": ("draft", lambda w, a, x: commissioning.preview(w, a, x.id, "wonen")),
    "discard": ("draft", lambda w, a, x: commissioning.discard(w, a, x.id)),
    "open": ("draft", lambda w, a, x: commissioning.open_assessment(w, a, x.id)),
    "extend": ("open", lambda w, a, x: commissioning.extend(w, a, x.id, CLOSES + timedelta(days=1))),
    "response": ("open", lambda w, a, x: reporting.response(w, a, x.id)),
    "remind": ("open", lambda w, a, x: posting.remind(w, a, x.id)),
    "undeliverable": ("open", lambda w, a, x: commissioning.undeliverable(w, a, x.id)),
    "close": ("open", lambda w, a, x: commissioning.close(w, a, x.id)),
    "release": ("closed", lambda w, a, x: commissioning.release(w, a, x.id)),
    "archive": ("released", lambda w, a, x: commissioning.archive(w, a, x.id, archived=True)),
    "erase_by_hand": ("released", lambda w, a, x: erasing.erase_by_hand(w, a, x.id)),
    "declare": ("released", lambda w, a, x: comments.declare(w, a, x.id)),
    "has_declared": ("released", lambda w, a, x: comments.has_declared(w, a, x.id)),
    "to_read": ("released", read_comments),
    "scores": ("released", lambda w, a, x: reporting.scores(w, a, x.id)),
    "scores_hash": ("released", lambda w, a, x: reporting.scores_hash(w, a, x.id)),
    "report": ("released", lambda w, a, x: reporting.report_for_member(w, a, x.id)),
    "reader_tokens": ("released", lambda w, a, x: access.reader_tokens(w, a, x.id)),
    "dialogue": ("released", lambda w, a, x: learning.dialogue(w, a, x.id)),
    "plan_conversation": ("released", lambda w, a, x: learning.plan_conversation(w, a, x.id, TALK, CONTACTS)),
    "record_agreements": ("released", lambda w, a, x: learning.record_agreements(w, a, x.id, [FIRST])),
    "tell": ("released", tell_of_first),
    "reflect": ("released", lambda w, a, x: learning.reflect(w, a, x.id, "Het ging goed.")),
    "constellation": ("released", lambda w, a, x: constellations.constellation(w, a, x.constellation)),
    "trend": ("released", lambda w, a, x: constellations.trend(w, a, x.constellation)),
    "move_up": ("released", lambda w, a, x: constellations.move_up(w, a, x.constellation)),
    "audit_events": ("released", lambda w, a, x: reporting.audit_events(w, a, x.id)),
}


def made_in(house: House, state: str) -> Assessment:
    builders = {"draft": house.draft, "open": house.answered, "closed": house.closed, "released": house.released}
    return builders[state]()


@pytest.mark.parametrize("name", STEPS)
def test_another_office_gets_not_found_and_changes_nothing(house: House, name: str) -> None:
    state, step = STEPS[name]
    made = made_in(house, state)
    before = house.stored("SELECT * FROM assessment"), house.stored("SELECT * FROM invitation")
    with pytest.raises(NotFound), house.work() as work:
        step(work, house.stranger, made)
    assert (house.stored("SELECT * FROM assessment"), house.stored("SELECT * FROM invitation")) == before
    with house.work() as work:
        step(work, house.commissioner, made)  # and its own office does get through


def test_every_use_case_of_an_office_stands_in_this_list() -> None:
    """A new one that takes an actor and an assessment must be tried here too."""
    by_another_name = {"erase", "release", "open_assessment", "report_for_member"}
    # These are about the actor's own office and take no assessment; the table of routes tries them.
    of_the_office = {"create", "overview", "responses", "members", "keys", "invite_member", "remove_member", "titles"}
    of_the_office |= {"newest", "add_member", "drop_member", "drop_colleague", "revoke_key", "events_of_office"}
    of_the_office |= {"constellations", "portfolio", "known", "record", "share", "drop"}
    known = by_another_name | of_the_office | {"make_key_for_office", "drop_key", "remind_on_chosen_day"}
    found = {
        name
        for module in (
            access,
            comments,
            commissioning,
            constellations,
            erasing,
            inviting,
            learning,
            posting,
            practices,
            reporting,
        )
        for name, function in vars(module).items()
        if callable(function)
        and getattr(function, "__module__", "") == module.__name__
        and "actor" in getattr(function, "__annotations__", {})
        and not name.startswith("_")
    }
    assert found - known - set(STEPS) == set()


def test_the_overview_shows_ones_own_work_only(house: House) -> None:
    house.draft()
    opened = house.opened()
    with house.work(write=False) as work:
        assert commissioning.overview(work, house.stranger) == []
        assert reporting.responses(work, house.stranger) == {}
        assert list(reporting.responses(work, house.commissioner)) == [opened.id]


def test_the_trail_of_another_office_holds_nothing_of_this_one(house: House) -> None:
    made = house.released()
    with house.work(write=False) as work:
        assert work.store.results.audit_events(house.other_office, made.id) == []


def test_keys_and_sessions_carry_their_own_office(house: House) -> None:
    key, foreign = house.key("read"), house.key("write", of_stranger=True)
    session = house.session()
    with house.work(write=False) as work:
        assert access.owner_of_key(work, key).office == house.office
        assert not access.owner_of_key(work, key).may_write
        assert access.owner_of_key(work, foreign).office == house.other_office
        assert access.member_of_session(work, session) == house.commissioner
