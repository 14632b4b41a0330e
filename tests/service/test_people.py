"""Inviting people and taking them off the list, without anybody learning who has sent."""

import pytest

from app.domain.assessment import Assessment
from app.domain.constellation import Party
from app.domain.people import read_rows
from app.domain.problems import AlreadySubmitted, InvalidInput, NotAllowed, NotFound, UnknownLink, WrongState
from app.service import commissioning, reporting, responding
from tests.people import FAN, FAN_PEOPLE, FIVE_EACH, SQUARE, TRIANGLE, TWENTY, House, address, rows


def add(house: House, identifier: str, text: str) -> tuple[int, int]:
    with house.work() as work:
        found = commissioning.add_people(work, house.commissioner, identifier, read_rows(text))
    return len(found.people), len(found.notices)


def faults(house: House, identifier: str, text: str) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        add(house, identifier, text)
    return [fault.where for fault in refused.value.faults]


def test_everyone_gets_a_link_of_their_own(house: House) -> None:
    links = house.links(house.draft())
    assert len(links) == len(set(links.values())) == 15


def test_a_link_is_stored_as_a_hash_only(house: House) -> None:
    links = house.links(house.draft())
    stored = str(house.stored("SELECT * FROM invitation"))
    assert not [token for token in links.values() if token in stored]


def test_every_fault_is_told_by_line_and_nobody_is_invited(house: House) -> None:
    made = house.draft(people={})
    text = """\
jan@ministerie.example;Jan;wonen
geen-adres;Piet;wonen
kees@ministerie.example;Kees;bestaat-niet
jan@ministerie.example;Jan;dienst
klaas@ministerie.example;Klaas
"""
    assert faults(house, made.id, text) == ["people[2]", "people[3]", "people[4]", "people[5]"]
    assert house.number_of("invitation") == 0


def test_an_empty_list_is_a_fault(house: House) -> None:
    assert faults(house, house.draft(people={}).id, "\n \n") == ["people"]


def test_identical_lines_merge_with_a_notice(house: House) -> None:
    made = house.draft(people={})
    line = "jan@ministerie.example,Jan,wonen\n"
    assert add(house, made.id, line + line) == (1, 1)
    assert add(house, made.id, line) == (0, 1)
    assert house.number_of("invitation") == 1


def test_an_address_that_was_invited_elsewhere_is_a_fault(house: House) -> None:
    made = house.draft()
    assert faults(house, made.id, f"{address('wonen')},Jan,dienst") == ["people[1]"]


def test_people_may_be_told_whom_they_judge(house: House) -> None:
    made = house.draft(people={}, parties=FAN)
    assert add(house, made.id, "jan@ministerie.example,Jan,dienst,wonen|natuur") == (1, 0)
    with house.work(write=False) as work:
        assert [person.judges for _, person in commissioning.people(work, house.commissioner, made.id)] == [
            {"wonen", "natuur"}
        ]
    assert faults(house, made.id, "piet@ministerie.example,Piet,dienst,wonen|natuur|arbeid|water") == ["people[1]"]
    assert faults(house, made.id, "piet@ministerie.example,Piet,wonen,natuur") == ["people[1]"]


def test_nobody_is_added_after_closing(house: House) -> None:
    made = house.closed()
    with pytest.raises(WrongState), house.work() as work:
        commissioning.add_people(work, house.commissioner, made.id, rows({"wonen": 9}))


def test_a_viewer_adds_and_removes_nobody(house: House) -> None:
    made = house.draft()
    with house.work(write=False) as work:
        invitation = commissioning.people(work, house.viewer, made.id)[0][0]
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.add_people(work, house.viewer, made.id, rows({"wonen": 9}))
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.remove_person(work, house.viewer, made.id, invitation)


def invitation_of(house: House, identifier: str, email: str) -> str:
    with house.work(write=False) as work:
        return next(i for i, p in commissioning.people(work, house.commissioner, identifier) if p.email == email)


def remove(house: House, identifier: str, email: str) -> None:
    invitation = invitation_of(house, identifier, email)
    with house.work() as work:
        commissioning.remove_person(work, house.commissioner, identifier, invitation)


def test_taking_somebody_out_of_a_draft_leaves_nothing(house: House) -> None:
    made = house.draft()
    remove(house, made.id, address("wonen", 3))
    assert house.number_of("invitation") == 14
    assert {p.key: p.invited for p in house.again(made).parties}["wonen"] == 4


@pytest.mark.parametrize("had_sent", [True, False])
def test_whoever_is_removed_while_open_counts_as_invited_whether_or_not_they_had_sent(
    house: House, had_sent: bool
) -> None:
    made = house.opened()
    token = house.link(made, "wonen", 3)
    house.fill_in(token)
    if had_sent:
        house.submit(token)
    remove(house, made.id, address("wonen", 3))
    with house.work(write=False) as work:
        assert len(commissioning.people(work, house.commissioner, made.id)) == 14
        with pytest.raises(UnknownLink):
            responding.respondent(work, token)
    assert {p.key: p.invited for p in house.again(made).parties}["wonen"] == 5
    assert house.number_of("submission") == int(had_sent)
    assert house.number_of("draft") == 0


@pytest.mark.parametrize("had_sent", [True, False])
def test_removing_somebody_twice_says_the_same_whether_or_not_they_had_sent(house: House, had_sent: bool) -> None:
    made = house.opened()
    if had_sent:
        house.send(house.link(made, "wonen", 3))
    invitation = invitation_of(house, made.id, address("wonen", 3))
    remove(house, made.id, address("wonen", 3))
    with pytest.raises(NotFound), house.work() as work:
        commissioning.remove_person(work, house.commissioner, made.id, invitation)


def test_whoever_was_removed_gets_the_same_invitation_back(house: House) -> None:
    made = house.opened()
    before = house.link(made, "wonen", 3)
    again(house, made, "wonen", 3)
    assert house.link(made, "wonen", 3) == before
    assert {p.key: p.invited for p in house.again(made).parties}["wonen"] == 5


def test_nobody_counts_twice_by_being_removed_and_invited_anew(house: House) -> None:
    """Three people, of whom two were invited again, must never pass for five."""
    made = house.opened({**FIVE_EACH, "wonen": 3})
    for number in (1, 2, 3):
        house.send(house.link(made, "wonen", number))
    for number in (1, 2):
        again(house, made, "wonen", number)
        with pytest.raises(AlreadySubmitted):
            house.submit(house.link(made, "wonen", number))
    for party in ("eigenaar", "dienst"):
        for number in range(1, 6):
            house.send(house.link(made, party, number))
    house.close(made)
    (wonen,) = [p for p in house.document(made)["parties"] if p["key"] == "wonen"]
    assert (wonen["state"], wonen["reason"]) == ("suppressed", "party_small")


def test_whoever_belonged_to_one_party_is_not_invited_into_another(house: House) -> None:
    made = house.opened()
    house.send(house.link(made, "wonen", 1))
    for number in (1, 2):
        remove(house, made.id, address("wonen", number))
        assert faults(house, made.id, f"{address('wonen', number)},,dienst") == ["people[1]"]


def test_a_list_that_changed_after_opening_is_published_as_such(house: House) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 6})
    remove(house, made.id, address("wonen", 6))
    house.everyone_sends(made)
    house.close(made)
    assert [p["key"] for p in house.document(made)["parties"] if p.get("changed_after_opening")] == ["wonen"]


def test_the_response_of_a_list_that_changed_is_not_told(house: House) -> None:
    """Adding invented people would move the bands until they tell the count."""
    made = house.opened({**FIVE_EACH, "wonen": 10})
    for number in range(1, 9):
        house.send(house.link(made, "wonen", number))
    with house.work(write=False) as work:
        before = {p.key: band for p, band in reporting.response(work, house.commissioner, made.id)}
    add(house, made.id, "verzonnen@ministerie.example,,wonen")
    with house.work(write=False) as work:
        after = {p.key: band for p, band in reporting.response(work, house.commissioner, made.id)}
    assert (before["wonen"], after["wonen"]) == ("80–100", "list_changed")


def again(house: House, made: Assessment, party: str, number: int) -> None:
    remove(house, made.id, address(party, number))
    with house.work() as work:
        row = (1, [address(party, number), f"Medewerker {number}", party])
        commissioning.add_people(work, house.commissioner, made.id, [row])


def test_people_can_be_added_while_open(house: House) -> None:
    made = house.opened()
    assert add(house, made.id, "nieuw@ministerie.example,Nieuw,wonen") == (1, 0)
    house.send(house.links(made)["nieuw@ministerie.example"])
    assert house.number_of("submission") == 1


def test_a_statement_gets_no_second_voice_after_opening(house: House) -> None:
    made = house.opened(TWENTY, SQUARE)
    assert faults(house, made.id, "tweede@ministerie.example,Tweede,eigenaar") == ["parties.eigenaar"]


def test_an_invitation_of_another_assessment_cannot_be_removed_here(house: House) -> None:
    one, other = house.opened(), house.opened(constellation="Andere driehoek")
    token = house.link(other, "wonen", 1)
    house.fill_in(token)
    invitation = invitation_of(house, other.id, address("wonen", 1))
    with pytest.raises(NotFound), house.work() as work:
        commissioning.remove_person(work, house.commissioner, one.id, invitation)
    assert house.number_of("draft") == 1, "the other one's answers were thrown away"


def test_parties_of_a_draft_may_go_while_people_were_told_to_judge_them(house: House) -> None:
    made = house.draft(people={}, parties=FAN)
    add(house, made.id, "jan@ministerie.example,Jan,dienst,wonen|natuur")
    left = tuple(party for party in FAN if party.key != "natuur")
    with house.work() as work:
        commissioning.revise(work, house.commissioner, made.id, house.plan(left))
        people = commissioning.people(work, house.commissioner, made.id)
    keys = {party.key for party in left}
    assert [person.judges - keys for _, person in people] == [set()]


def test_a_party_of_many_people_fits(house: House) -> None:
    made = house.draft({**FAN_PEOPLE, "dienst": 500}, FAN)
    assert {p.key: p.invited for p in made.parties}["dienst"] == 500


def test_names_of_parties_may_change_in_a_draft(house: House) -> None:
    made = house.draft()
    renamed = [Party(p.key, p.role, f"{p.name} (nieuw)", p.voice) for p in TRIANGLE]
    with house.work() as work:
        changed = commissioning.revise(work, house.commissioner, made.id, house.plan(renamed))
    assert [p.name for p in changed.parties] == [p.name for p in renamed]
