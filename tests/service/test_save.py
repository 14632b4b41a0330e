"""Filling in: a part at a time, on any device, and never more than one's own questionnaire."""

import pytest

from app.domain.problems import (
    AlreadySubmitted,
    AssessmentClosed,
    InvalidInput,
    StatementNotConfirmed,
    UnknownLink,
    WrongState,
)
from app.service import commissioning, responding
from app.service.responding import Respondent
from tests.people import FAN, FAN_PEOPLE, SQUARE, TWENTY, House
from tests.service.storm import while_held


def save(house: House, token: str, ratings: dict[str, object], comments: dict[str, object] | None = None) -> Respondent:
    with house.work() as work:
        return responding.save(work, token, ratings, comments or {})


def look(house: House, token: str) -> Respondent:
    with house.work(write=False) as work:
        return responding.respondent(work, token)


def refused(house: House, token: str, ratings: dict[str, object], comments: dict[str, object]) -> list[str]:
    with pytest.raises(InvalidInput) as found:
        save(house, token, ratings, comments)
    return [fault.where for fault in found.value.faults]


def test_an_unknown_link_opens_nothing(house: House) -> None:
    house.opened()
    for token in (None, "", "onzin" * 8):
        with pytest.raises(UnknownLink):
            look(house, token)


def test_a_part_that_is_saved_stands_beside_what_was_there(house: House) -> None:
    token = house.link(house.opened())
    save(house, token, {"lr-wad": 2, "lr-fim": "dont_know"}, {"oq-gesprek": " Eerst dit. "})
    save(house, token, {"lr-sok": 5})
    answers = look(house, token).answers
    assert answers.ratings == {"lr-wad": 2, "lr-fim": "dont_know", "lr-sok": 5}
    assert answers.comments == {"oq-gesprek": "Eerst dit."}


def test_an_empty_answer_clears_what_was_there(house: House) -> None:
    token = house.link(house.opened())
    save(house, token, {"lr-wad": 2, "lr-fim": 3}, {"oq-gesprek": "Eerst dit."})
    save(house, token, {"lr-wad": "", "lr-fim": None}, {"oq-gesprek": "  "})
    answers = look(house, token).answers
    assert not answers.ratings
    assert not answers.comments


def test_saving_the_same_again_changes_nothing(house: House) -> None:
    token = house.link(house.opened())
    first = save(house, token, {"lr-wad": 2}).draft
    assert save(house, token, {"lr-wad": 2}).draft == first


def test_every_unusable_answer_is_told_at_once_and_nothing_is_saved(house: House) -> None:
    token = house.link(house.opened())
    save(house, token, {"lr-wad": 2})
    wrong: dict[str, object] = {"lr-wad": 3, "lr-fim": 6, "lr-sok": 0, "lr-gul": "ja", "verzonnen": 1, "hu-bel": True}
    assert refused(house, token, wrong, {"oq-gesprek": "x" * 2001, "verzonnen": "x"}) == [
        "ratings.lr-fim",
        "ratings.lr-sok",
        "ratings.lr-gul",
        "ratings.verzonnen",
        "ratings.hu-bel",
        "comments.oq-gesprek",
        "comments.verzonnen",
    ]
    assert look(house, token).answers.ratings == {"lr-wad": 2}


def test_one_link_does_not_show_what_another_filled_in(house: House) -> None:
    made = house.opened()
    house.fill_in(house.link(made, "wonen", 1))
    assert not look(house, house.link(made, "wonen", 2)).answers.ratings


def test_nothing_is_saved_before_opening_after_closing_or_past_the_date(house: House) -> None:
    draft = house.draft()
    with pytest.raises(AssessmentClosed):
        save(house, house.link(draft), {"lr-wad": 2})
    made = house.opened(constellation="Andere driehoek")
    token = house.link(made)
    house.clock.now = made.closes_at or house.clock.now
    save(house, token, {"lr-wad": 2})
    house.clock.pass_by(seconds=1)
    with pytest.raises(AssessmentClosed):
        save(house, token, {"lr-wad": 3})
    house.close(made)
    with pytest.raises(AssessmentClosed):
        save(house, token, {"lr-wad": 3})


def test_nothing_is_saved_after_sending(house: House) -> None:
    token = house.link(house.opened())
    house.send(token)
    with pytest.raises(AlreadySubmitted):
        save(house, token, {"lr-wad": 3})
    assert house.number_of("draft") == 0


def test_a_statement_is_confirmed_before_any_answer(house: House) -> None:
    token = house.link(house.opened(TWENTY, SQUARE), "eigenaar")
    with pytest.raises(StatementNotConfirmed):
        save(house, token, {"lr-wad": 3})
    with pytest.raises(StatementNotConfirmed), house.work() as work:
        responding.choose(work, token, ["wonen"])
    with house.work() as work:
        responding.confirm_statement(work, token)
    assert save(house, token, {"lr-wad": 3}).answers.ratings == {"lr-wad": 3}


def test_a_group_has_no_statement_to_confirm(house: House) -> None:
    token = house.link(house.opened())
    with pytest.raises(WrongState), house.work() as work:
        responding.confirm_statement(work, token)


def test_a_respondent_is_asked_only_about_those_that_were_chosen(house: House) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    who = look(house, token)
    assert who.must_choose
    assert {party.key for party in who.choices["opdrachtgever"]} == {"wonen", "natuur", "arbeid", "water", "zorg"}
    with house.work() as work:
        who = responding.choose(work, token, ["natuur", "zorg"])
    assert not who.must_choose
    assert {rating.about for rating in who.questionnaire.ratings} == {None, "eigenaar", "natuur", "zorg"}


def test_at_most_three_of_a_role_are_chosen(house: House) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        responding.choose(work, token, ["wonen", "natuur", "arbeid", "water", "dienst"])
    assert [fault.where for fault in refused.value.faults] == ["judged", "judged"]
    assert look(house, token).must_choose


def test_answers_about_somebody_who_is_no_longer_chosen_come_back_with_them(house: House) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    with house.work() as work:
        who = responding.choose(work, token, ["natuur"])
    about = next(rating.key for rating in who.questionnaire.ratings if rating.about == "natuur")
    save(house, token, {about: 2})
    with house.work() as work:
        assert about not in responding.choose(work, token, ["wonen"]).answers.ratings
    with house.work() as work:
        assert responding.choose(work, token, ["natuur"]).answers.ratings == {about: 2}


def test_whoever_was_told_whom_to_judge_does_not_choose(house: House) -> None:
    made = house.opened({**FAN_PEOPLE}, FAN)
    with house.work() as work:
        line = [(1, ["jan@ministerie.example", "Jan", "dienst", "wonen|natuur"])]
        commissioning.add_people(work, house.commissioner, made.id, line)
    token = house.links(made)["jan@ministerie.example"]
    who = look(house, token)
    assert not who.must_choose
    assert who.judged == {"eigenaar", "wonen", "natuur"}
    with pytest.raises(WrongState), house.work() as work:
        responding.choose(work, token, ["zorg"])


def test_an_answer_that_is_saved_while_the_same_person_sends_leaves_no_draft(house: House) -> None:
    """Two windows of one person: whichever is first, a draft never stays beside what was sent."""
    token = house.link(house.opened())
    house.fill_in(token)
    while_held(
        house.workshop.database,
        "UPDATE draft",
        lambda: save(house, token, {"lr-wad": 1}),
        lambda: house.submit(token),
    )
    sent = house.number_of("submission")
    assert house.number_of("draft") == (0 if sent else 1)


def test_an_answer_that_is_saved_while_the_assessment_closes_leaves_no_draft(house: House) -> None:
    made = house.opened()
    token = house.link(made)
    house.fill_in(token)
    while_held(
        house.workshop.database,
        "UPDATE draft",
        lambda: save(house, token, {"lr-wad": 1}),
        lambda: house.close(made),
    )
    assert house.again(made).state == "closed"
    assert house.number_of("draft") == 0
