"""Comments are read by who took no part, released by hand with what was taken out, and erased with the rest."""

import pytest

from app.domain.assessment import Actor, Assessment
from app.domain.problems import InvalidInput, NotAllowed, WrongState
from app.service import access, comments, commissioning, erasing, reporting
from app.service.housekeeping import one_round
from tests.people import COMMISSIONER, TRIANGLE, House, address

MANY = {"eigenaar": 5, "wonen": 5, "dienst": 10}


def talked(house: House, authors: dict[str, int]) -> Assessment:
    """Everyone sends; the first so many of each party write something."""
    made = house.opened(MANY, TRIANGLE)
    for email, token in house.links(made).items():
        party, number = email.split("@")[0].rsplit("-", 1)
        wrote = int(number) <= authors.get(party, 0)
        house.send(token, comments={"oq-gesprek": f"Woorden van {party} {number}."} if wrote else None)
    return house.release(house.close(made))


def read(house: House, made: Assessment, actor: Actor | None = None) -> list[comments.CommentToRead]:
    with house.work() as work:
        comments.declare(work, actor or house.commissioner, made.id)
        return comments.to_read(work, actor or house.commissioner, made.id)


def shown(house: House, made: Assessment) -> list[tuple[str | None, tuple[str, ...]]]:
    with house.work(write=False) as work:
        found = reporting.report_for_member(work, house.viewer, made.id).comments
    return [(voice.party, question.words) for voice in found for question in voice.questions]


def test_nothing_is_read_before_release(house: House) -> None:
    made = house.closed(MANY, TRIANGLE)
    with pytest.raises(WrongState), house.work() as work:
        comments.declare(work, house.commissioner, made.id)


def test_nothing_is_read_before_saying_that_one_took_no_part(house: House) -> None:
    made = talked(house, {"dienst": 10})
    with pytest.raises(NotAllowed), house.work(write=False) as work:
        comments.to_read(work, house.commissioner, made.id)


def test_who_was_invited_reads_nothing(house: House) -> None:
    made = talked(house, {"dienst": 10})
    invited = Actor(house.office, address("dienst", 3), may_write=True)
    with pytest.raises(NotAllowed), house.work() as work:
        comments.declare(work, invited, made.id)


def test_who_was_invited_reads_nothing_after_the_addresses_went_either(house: House) -> None:
    made = house.opened(MANY, TRIANGLE)
    with house.work() as work:
        commissioning.add_people(work, house.commissioner, made.id, [(1, [COMMISSIONER, "", "dienst", ""])])
        for email in (COMMISSIONER, "collega@bureau.example"):
            access.add_member(work, house.commissioner, email, "commissioner")
    for token in house.links(made).values():
        house.send(token, comments={"oq-gesprek": "Woorden."})
    house.release(house.close(made))
    house.clock.pass_by(days=40)
    one_round(house.workshop, house.clock)
    assert house.stored("SELECT email FROM invitation WHERE email <> ''") == []
    with pytest.raises(NotAllowed):
        read(house, made)
    assert len(read(house, made, Actor(house.office, "collega@bureau.example", may_write=True))) == 21


def test_a_viewer_reads_nothing(house: House) -> None:
    made = talked(house, {"dienst": 10})
    with pytest.raises(NotAllowed):
        read(house, made, house.viewer)


def test_the_report_shows_what_was_released_as_it_was_redacted_and_nothing_else(house: House) -> None:
    made = talked(house, {"dienst": 10, "wonen": 2})
    found = read(house, made)
    assert len(found) == 10  # the two of Wonen are too few to be read by anyone
    assert not any("wonen" in comment.words for comment in found)
    with house.work() as work:
        comments.release(
            work, house.commissioner, made.id, {found[0].id: "Woorden van […].", found[1].id: found[1].words}
        )
    ((party, words),) = shown(house, made)
    assert party == "dienst"
    assert sorted(words) == sorted(["Woorden van […].", found[1].words])


def test_releasing_anew_takes_back_what_is_no_longer_ticked(house: House) -> None:
    made = talked(house, {"dienst": 10})
    found = read(house, made)
    for chosen in ({found[0].id: "Eerst."}, {found[1].id: "Daarna."}, {}):
        with house.work() as work:
            comments.release(work, house.commissioner, made.id, chosen)
        assert [words for _, words in shown(house, made)] == ([tuple(chosen.values())] if chosen else [])


def test_nine_authors_over_all_parties_are_too_few(house: House) -> None:
    made = talked(house, {"eigenaar": 3, "wonen": 3, "dienst": 3})
    assert read(house, made) == []


def test_ten_authors_over_all_parties_are_read_without_a_party(house: House) -> None:
    made = talked(house, {"eigenaar": 3, "wonen": 3, "dienst": 4})
    found = read(house, made)
    assert len(found) == 10
    with house.work() as work:
        comments.release(work, house.commissioner, made.id, {c.id: c.words for c in found})
    ((party, words),) = shown(house, made)
    assert party is None
    assert len(words) == 10


def test_an_empty_text_is_refused_and_nothing_changes(house: House) -> None:
    made = talked(house, {"dienst": 10})
    found = read(house, made)
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        comments.release(work, house.commissioner, made.id, {found[0].id: "  ", found[1].id: "x" * 4001})
    assert len(refused.value.faults) == 2
    assert shown(house, made) == []


def test_the_trail_says_who_read_and_how_many_were_released_and_no_words(house: House) -> None:
    made = talked(house, {"dienst": 10})
    found = read(house, made)
    house.clock.pass_by(minutes=1)
    with house.work() as work:
        comments.release(work, house.commissioner, made.id, {found[0].id: "Geheim woord"})
        events = reporting.audit_events(work, house.viewer, made.id)
    assert (events[-1].action, events[-1].actor, events[-1].detail) == (
        "comments_released",
        house.commissioner.name,
        {"number": 1},
    )
    assert ("comments_opened", house.commissioner.name) in [(event.action, event.actor) for event in events]
    assert "Geheim" not in str(house.stored("SELECT detail FROM audit_event"))


def test_erasing_by_hand_takes_everything_with_it(house: House) -> None:
    made = talked(house, {"dienst": 10})
    found = read(house, made)
    with house.work() as work:
        comments.release(work, house.commissioner, made.id, {found[0].id: "Wat blijft."})
        erasing.erase_by_hand(work, house.commissioner, made.id)
    for table in ("comment", "released_comment", "submission", "invitation", "snapshot", "reader_link"):
        assert house.number_of(table) == 0, table
    assert house.again(made).state == "erased"


def test_an_open_assessment_is_not_erased_by_hand(house: House) -> None:
    made = house.opened()
    with pytest.raises(WrongState), house.work() as work:
        erasing.erase_by_hand(work, house.commissioner, made.id)
