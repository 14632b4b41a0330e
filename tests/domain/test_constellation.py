"""Parties in roles: who judges whom, and the questionnaire that follows (scoring.md §1)."""

from collections import Counter

import pytest

from app.domain.constellation import Constellation, Party, Questionnaire, faults_of_parties
from app.domain.text import Text, enumerate_texts, same
from tests.domain.build import driehoek, party, points, triangle


def asked(constellation: Constellation, key: str, *judged: str) -> Questionnaire:
    who = constellation.party(key)
    parties, faults = constellation.judged_or_faults(who, judged, "judged")
    assert faults == []
    return constellation.questionnaire(who, parties)


def plain(*og: int) -> Constellation:
    return Constellation(points(), triangle(og=og))


# --- who judges whom --------------------------------------------------------------------------------------------------


def test_a_sole_party_in_a_role_is_always_judged() -> None:
    parties, faults = plain(6).judged_or_faults(triangle()[0], [], "judged")
    assert (parties, faults) == (frozenset({"og", "on"}), [])


def test_among_several_parties_the_respondent_chooses_and_names_none_by_default() -> None:
    several = plain(6, 6)
    on = several.party("on")
    assert list(several.choices_of(on)) == ["opdrachtgever"]
    assert several.judged_or_faults(on, [], "judged")[0] == {"eig"}
    assert several.judged_or_faults(on, ["og2"], "judged")[0] == {"eig", "og2"}
    assert several.choices_of(several.party("og1")) == {}


def test_three_parties_of_one_role_can_be_judged_and_four_cannot() -> None:
    many = plain(6, 6, 6, 6)
    on = many.party("on")
    assert many.judged_or_faults(on, ["og1", "og2", "og3"], "judged")[1] == []
    _, (fault,) = many.judged_or_faults(on, ["og1", "og2", "og3", "og4"], "judged")
    assert fault.where == "judged"
    assert "4" in fault.message.en
    assert "at most 3" in fault.message.en


def test_nobody_judges_their_own_party_an_unknown_one_or_a_sibling() -> None:
    many = plain(6, 6)
    _, faults = many.judged_or_faults(many.party("og1"), ["og1", "og2", "niemand"], "judged")
    assert [fault.message.nl for fault in faults] == [
        f"{name} kan niet worden beoordeeld door OG1. Kies uit: EIG (eig), ON (on)."
        for name in ("'niemand'", "OG1", "OG2")
    ]
    assert [fault.message.en.split(" cannot")[0] for fault in faults] == ["'niemand'", "OG1", "OG2"]


# --- the questionnaire ------------------------------------------------------------------------------------------------


def test_every_place_for_an_answer_has_a_key_of_its_own() -> None:
    sheet = plain(6, 6).sheet(party("on", "opdrachtnemer", 6))
    assert max(Counter(rating.key for rating in sheet).values()) == 1
    assert [r.key for r in sheet if r.theme == "rol"] == ["rol-1", "rol-1@eig", "rol-1@og1", "rol-1@og2"]


def test_only_the_judged_parties_are_asked_about() -> None:
    found = asked(plain(6, 6, 6), "on", "og2")
    assert {rating.about for rating in found.ratings} == {None, "eig", "og2"}


def test_a_module_is_asked_from_two_parties_on() -> None:
    assert "extra" not in [theme.key for theme in plain(6).themes]
    assert "extra" in [theme.key for theme in plain(6, 6).themes]
    assert "extra-1" not in [rating.key for rating in asked(plain(6), "on").ratings]


def test_a_context_role_is_asked_about_the_whole_only() -> None:
    watched = Constellation(points(), (*triangle(), Party("tz", "toezicht", "Toezicht", "group", 5)))
    assert [rating.key for rating in asked(watched, "tz").ratings] == ["geheel-1"]
    assert watched.faced_by(watched.party("tz")) == ()


def test_one_judged_party_is_called_by_its_name_and_several_are_named_beside_their_rows() -> None:
    one = next(s for p in asked(plain(6, 6), "on", "og1").pages for s in p.statements if s.rows[0].about == "og1")
    assert one.text == Text("OG1 doet", "OG1 does")
    both = next(s for p in asked(plain(6, 6), "on", "og1", "og2").pages for s in p.statements if len(s.rows) == 2)
    assert both.text == Text("Deze partij doet", "This party does")
    assert [row.about for row in both.rows] == ["og1", "og2"]


def test_a_theme_page_goes_from_the_own_role_to_others_to_relations() -> None:
    page = next(page for page in asked(plain(6), "on").pages if page.theme.key == "beide")
    assert [statement.block for statement in page.statements] == ["self", "other", "other", "relation"]
    assert [len(statement.rows) for statement in page.statements] == [1, 1, 1, 2]
    assert len(page.ratings) == 5


def test_open_questions_stand_per_judged_relation_and_once_for_the_whole() -> None:
    found = asked(plain(6, 6), "on", "og2")
    assert [field.key for field in found.comments] == ["open-band@eig", "open-band@og2", "open-geheel"]


def test_the_driehoek_asks_49_ratings_in_about_twelve_minutes() -> None:
    found = asked(Constellation(driehoek(), triangle()), "on")
    assert len(found.ratings) == 49
    assert found.minutes == 12


def test_three_commissioners_make_at_most_88_ratings_and_some_twenty_minutes() -> None:
    found = asked(Constellation(driehoek(), triangle(og=[6, 6, 6, 6])), "on", "og1", "og3", "og4")
    assert len(found.ratings) == 88
    assert found.minutes == 20


# --- what keeps parties from being a constellation --------------------------------------------------------------------


def places(*parties: Party, complete: bool = True) -> list[str]:
    return [fault.where for fault in faults_of_parties(points(), parties, complete=complete)]


def test_a_triangle_with_several_commissioners_is_sound() -> None:
    assert places(*triangle(og=[6, 6])) == []


@pytest.mark.parametrize("key", ["OG", "1og", "o g", "", "og-", "o" * 41, "ög"])
def test_a_key_is_short_small_and_plain(key: str) -> None:
    assert places(*triangle(), Party(key, "opdrachtgever", "Naam")) == ["parties[4].key"]


def test_the_fault_of_a_key_says_the_whole_rule() -> None:
    (found,) = faults_of_parties(points(), (*triangle(), Party("on 1", "opdrachtgever", "Naam")))
    for rule in ("kleine letter", "cijfers", "streepje", "geen spaties", "hoogstens 40 tekens"):
        assert rule in found.message.nl
    for rule in ("small letter", "digits", "hyphen", "no spaces", "40 characters at most"):
        assert rule in found.message.en


def test_a_name_has_room_for_150_characters() -> None:
    assert places(*triangle(), Party("og2", "opdrachtgever", "N" * 150)) == []
    assert places(*triangle(), Party("og2", "opdrachtgever", "N" * 151)) == ["parties[4].name"]


def test_keys_of_pools_are_reserved() -> None:
    assert places(*triangle(), party("overige-iets", "opdrachtgever", 5)) == ["parties[4].key"]


def test_all_faults_of_all_parties_are_told_at_once() -> None:
    wrong = (Party("a", "eigenaar", " "), Party("B", "koning", "B"), Party("a", "eigenaar", "A"))
    assert places(*wrong) == [
        "parties[1].name",
        "parties[2].key",
        "parties[2].role",
        "parties",  # key a twice
        "parties",  # two owners
        "parties",  # no opdrachtgever
        "parties",  # no opdrachtnemer
    ]


def test_a_draft_may_still_miss_a_role_and_an_opening_may_not() -> None:
    eig, og, _ = triangle()
    assert places(eig, og, complete=False) == []
    (fault,) = faults_of_parties(points(), (eig, og))
    assert "'opdrachtnemer, say'" in fault.message.en


def test_a_context_role_need_not_be_held() -> None:
    assert not [f for f in faults_of_parties(points(), triangle()) if "toezicht" in f.message.en]


# --- words ------------------------------------------------------------------------------------------------------------


def test_texts_are_enumerated_in_each_language() -> None:
    a, b, c = same("a"), same("b"), Text("huis", "house")
    assert enumerate_texts([a, b, c]) == Text("a, b en huis", "a, b and house")
    assert enumerate_texts([a, c]) == Text("a en huis", "a and house")
    assert enumerate_texts([c]) == c
    assert enumerate_texts([]) == same("")
    assert c.in_("nl") == "huis"
    assert c.in_("en") == "house"
