"""Sending: once, whole or not at all, and a lost reply costs nothing."""

from collections import Counter

import pytest

from app.domain.problems import AlreadySubmitted, AssessmentClosed, InvalidInput, StatementNotConfirmed, UnknownLink
from app.service import responding
from app.service.tokens import receipt_code
from tests.people import SQUARE, TWENTY, Chance, House, address
from tests.service.storm import at_once, while_held


def test_what_was_sent_is_there_and_the_draft_is_gone(house: House) -> None:
    token = house.link(house.opened())
    house.send(token, comments={"oq-gesprek": "Eerst dit."})
    assert house.number_of("submission") == 1
    assert house.stored("SELECT place, words FROM comment") == [("oq-gesprek", "Eerst dit.")]
    assert house.number_of("draft") == 0
    with house.work(write=False) as work:
        who = responding.respondent(work, token)
    assert who.invitation.sent
    assert not who.answers.ratings


def test_second_submission_is_refused(house: House) -> None:
    token = house.link(house.opened())
    house.send(token)
    with pytest.raises(AlreadySubmitted):
        house.submit(token)
    assert house.number_of("submission") == 1


def test_the_same_receipt_code_gives_the_same_receipt(house: House) -> None:
    token = house.link(house.opened())
    code = house.send(token)
    assert house.submit(token, code) == code
    assert house.submit(token, code.lower().replace("-", " "))
    assert house.number_of("submission") == 1


def test_a_lost_reply_is_answered_after_closing_too(house: House) -> None:
    made = house.opened()
    token = house.link(made)
    code = house.send(token)
    house.close(made)
    assert house.submit(token, code) == code


def test_somebody_elses_code_gives_no_receipt(house: House) -> None:
    made = house.opened()
    code = house.send(house.link(made, "wonen", 1))
    house.send(house.link(made, "wonen", 2))
    with pytest.raises(AlreadySubmitted):
        house.submit(house.link(made, "wonen", 2), code)


def test_two_people_may_send_with_one_code(house: House) -> None:
    """A code says nothing about whose it is, so nobody learns that another used it."""
    made = house.opened()
    code = house.send(house.link(made, "wonen", 1))
    house.fill_in(house.link(made, "wonen", 2))
    house.submit(house.link(made, "wonen", 2), code)
    assert house.number_of("submission") == 2


def test_an_empty_form_is_refused(house: House) -> None:
    token = house.link(house.opened())
    with pytest.raises(InvalidInput) as refused:
        house.submit(token)
    assert [fault.where for fault in refused.value.faults] == ["ratings"]
    house.fill_in(token, "")
    with pytest.raises(InvalidInput):
        house.submit(token)
    assert house.number_of("submission") == 0


def test_one_answer_is_enough(house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token, lambda rating: 4 if rating.key == "lr-wad" else "")
    house.submit(token)
    assert house.number_of("submission") == 1


@pytest.mark.parametrize("code", ["", "kort", "A" * 27, "U" * 26, "é" * 26])
def test_a_code_that_is_none_is_refused_and_nothing_is_lost(house: House, code: str) -> None:
    token = house.link(house.opened())
    house.fill_in(token)
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        responding.submit(work, token, code)
    assert [fault.where for fault in refused.value.faults] == ["receiptCode"]
    assert (house.number_of("submission"), house.number_of("draft")) == (0, 1)


def test_nothing_can_be_sent_without_a_link_before_opening_or_after_closing(house: House) -> None:
    with pytest.raises(UnknownLink):
        house.submit("onzin" * 8)
    with pytest.raises(AssessmentClosed):
        house.submit(house.link(house.draft()))
    made = house.opened(constellation="Andere driehoek")
    token = house.link(made)
    house.fill_in(token)
    house.clock.now = made.closes_at or house.clock.now
    house.clock.pass_by(seconds=1)
    with pytest.raises(AssessmentClosed):
        house.submit(token)
    assert house.number_of("submission") == 0


def test_an_unconfirmed_statement_cannot_be_sent(house: House) -> None:
    token = house.link(house.opened(TWENTY, SQUARE), "eigenaar")
    with pytest.raises(StatementNotConfirmed):
        house.submit(token)


def test_of_64_simultaneous_sends_one_is_accepted_and_63_are_told_so(house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token, comments={"oq-gesprek": "Eerst dit."})
    codes = [receipt_code(Chance(str(number))()) for number in range(64)]
    found = at_once([lambda code=code: house.submit(token, code) for code in codes])
    accepted = [code for code in found if isinstance(code, str)]
    assert len(accepted) == 1
    told = Counter(type(result).__name__ for result in found if not isinstance(result, str))
    assert told == {"AlreadySubmitted": 63}
    assert (house.number_of("submission"), house.number_of("comment"), house.number_of("draft")) == (1, 1, 0)
    assert house.submit(token, accepted[0]) == accepted[0]


def test_whoever_sends_a_moment_later_is_told_that_it_was_sent_and_not_that_nothing_was_filled_in(
    house: House,
) -> None:
    token = house.link(house.opened())
    house.fill_in(token)
    slow, quick = while_held(
        house.workshop.database, "SELECT draft", lambda: house.submit(token), lambda: house.submit(token)
    )
    assert sorted(type(result).__name__ for result in (slow, quick)) == ["AlreadySubmitted", "str"]


def test_simultaneous_sends_with_one_code_all_get_the_receipt(house: House) -> None:
    """A browser that sends twice, or a program that asks again too soon, is not told that it failed."""
    token = house.link(house.opened())
    house.fill_in(token)
    code = receipt_code(Chance("one")())
    found = while_held(
        house.workshop.database,
        "UPDATE invitation",
        lambda: house.submit(token, code),
        lambda: house.submit(token, code),
    )
    assert found == (code, code)
    assert house.number_of("submission") == 1


def test_everyone_may_send_at_the_same_moment(house: House) -> None:
    made = house.opened()
    links = house.links(made)
    for token in links.values():
        house.fill_in(token)
    found = at_once([lambda token=token: house.submit(token) for token in links.values()])
    assert all(isinstance(code, str) for code in found)
    assert house.number_of("submission") == 15


def test_a_send_that_fails_halfway_leaves_nothing_half_done(house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token, comments={"oq-gesprek": "Eerst dit."})
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE comment RENAME TO elsewhere")
    with pytest.raises(Exception, match="comment"):
        house.submit(token)
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO comment")
    assert (house.number_of("submission"), house.number_of("draft")) == (0, 1)
    house.submit(token)
    assert house.number_of("submission") == 1


def test_nobody_can_tell_from_the_list_of_people_who_has_sent(house: House) -> None:
    made = house.opened()
    with house.work(write=False) as work:
        before = work.store.answers.people(made.id)
    house.send(house.link(made, "wonen", 2))
    with house.work(write=False) as work:
        after = work.store.answers.people(made.id)
    assert before == after
    assert address("wonen", 2) in [person.email for _, person in after]
