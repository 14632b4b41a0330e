"""Two who have the same form open: nobody overwrites unseen what a colleague saved meanwhile."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from app.domain.assessment import Assessment
from app.service import comments, commissioning, learning
from tests.people import House
from tests.service.test_comments import read, shown, talked
from tests.service.test_conversation import FIRST, agree, seen_by_office
from tests.web.test_conversation_pages import AGREED, PLANNED, columns
from tests.web.visitor import Page, Typed, Visitor

MEANWHILE = "Intussen is hier iets anders bewaard"


@dataclass(frozen=True)
class Shared:
    """A form that colleagues share. `mine`, `theirs`: what each types in it; `saved`: what the house then knows."""

    page: str
    ending: str
    mine: Mapping[str, Typed]
    theirs: Mapping[str, Typed]
    saved: Callable[[House, Assessment], object]

    def of(self, visitor: Visitor, made: Assessment) -> Page:
        return visitor.open(f"/bureau/metingen/{made.id}/{self.page}")


def named(party: str) -> dict[str, Typed]:
    names = ["Eigenaar", "Wonen", "Natuur", "Dienst", party]
    return {
        "name": names,
        "role": ["eigenaar", "opdrachtgever", "opdrachtgever", "opdrachtnemer", "opdrachtgever"],
        "key": ["eigenaar", "wonen", "natuur", "dienst", party.lower()],
        "voice": ["statement", "group", "group", "group", "group"],
        "number": [""] * len(names),
    }


def agreed(what: str) -> dict[str, Typed]:
    return {name: values[0] for name, values in columns({**AGREED, "what": what}).items()}


FORMS = {
    "details": Shared(
        "gegevens",
        "/gegevens",
        {"title": "Van mij"},
        {"title": "Van haar"},
        lambda house, made: house.again(made).title,
    ),
    "parties": Shared(
        "partijen",
        "/partijen",
        named("Mijn"),
        named("Haar"),
        lambda house, made: house.again(made).parties[-1].name,
    ),
    "plan": Shared(
        "gesprek",
        "/gesprek",
        {**PLANNED, "place": "Bij mij"},
        {**PLANNED, "place": "Bij haar"},
        lambda house, made: getattr(seen_by_office(house, made).meeting, "place", None),
    ),
    "agreements": Shared(
        "gesprek",
        "/gesprek/afspraken",
        agreed("Van mij"),
        agreed("Van haar"),
        lambda house, made: [agreement.what for agreement in seen_by_office(house, made).agreements],
    ),
    "looking back": Shared(
        "gesprek",
        "/gesprek/terugblik",
        {"reflection": "Van mij"},
        {"reflection": "Van haar"},
        lambda house, made: seen_by_office(house, made).reflection,
    ),
}


@pytest.fixture
def made(house: House, request: pytest.FixtureRequest) -> Assessment:
    shared = FORMS[request.node.callspec.params["form"]]
    return house.released() if shared.page == "gesprek" else house.draft(people={})


@pytest.mark.parametrize("form", FORMS)
def test_who_saves_an_old_page_is_told_and_may_save_it_all_the_same(
    house: House, member: Visitor, made: Assessment, form: str
) -> None:
    shared = FORMS[form]
    mine = shared.of(member, made).form(shared.ending)
    assert member.send(shared.of(member, made).form(shared.ending), shared.theirs).status == 200
    theirs = shared.saved(house, made)
    refused = member.send(mine, shared.mine)
    assert refused.status == 409
    assert MEANWHILE in refused.said("li")
    assert shared.saved(house, made) == theirs
    again = refused.form(shared.ending)
    for name, typed in shared.mine.items():
        wanted = [typed] if isinstance(typed, str) else list(typed or ())
        assert again.controls[name].values[: len(wanted)] == wanted, name
    assert member.send(again).status == 200
    assert shared.saved(house, made) != theirs


@pytest.mark.parametrize("form", FORMS)
def test_who_sends_the_same_twice_hears_of_nothing(house: House, member: Visitor, made: Assessment, form: str) -> None:
    shared = FORMS[form]
    sent = shared.of(member, made).form(shared.ending)
    assert member.send(sent, shared.mine).status == 200
    mine = shared.saved(house, made)
    assert member.send(sent, shared.mine).status == 200
    assert shared.saved(house, made) == mine


def test_what_a_party_tells_of_an_agreement_is_no_other_list(house: House, member: Visitor) -> None:
    made = house.released()
    (first,) = agree(house, made, FIRST)
    shared = FORMS["agreements"]
    form = shared.of(member, made).form(shared.ending)
    with house.work() as work:
        learning.tell(work, house.commissioner, made.id, first.id, "kept")
    assert member.send(form, {"what": ["Beter gezegd", "", ""]}).status == 200
    assert [(a.what, a.kept) for a in seen_by_office(house, made).agreements] == [("Beter gezegd", "kept")]


def test_what_changes_elsewhere_in_a_draft_keeps_no_form_from_being_saved(house: House, member: Visitor) -> None:
    made = house.draft(people={})
    shared = FORMS["details"]
    form = shared.of(member, made).form(shared.ending)
    assert member.send(FORMS["parties"].of(member, made).form("/partijen"), named("Nieuw")).status == 200
    with house.work() as work:
        rows = [(1, ["iemand@wonen.example", "", "wonen"])]
        commissioning.add_people(work, house.commissioner, made.id, rows)
    assert member.send(form, shared.mine).status == 200


def test_a_comment_that_a_colleague_took_back_does_not_return_unseen(house: House, member: Visitor) -> None:
    made = talked(house, {"dienst": 10})
    found = read(house, made)
    with house.work() as work:
        comments.release(work, house.commissioner, made.id, {found[0].id: "Met een naam."})
    page = member.open(f"/bureau/metingen/{made.id}/toelichtingen")
    with house.work() as work:
        comments.release(work, house.commissioner, made.id, {found[0].id: "Zonder naam."})
    both = {"release": [found[0].id, found[1].id]}
    refused = member.send(page.form("/toelichtingen"), both)
    assert refused.status == 409
    assert MEANWHILE in refused.said("li")
    assert refused.form("/toelichtingen").controls[f"words-{found[0].id}"].values == ["Met een naam."]
    assert refused.form("/toelichtingen").controls["release"].values == both["release"]
    assert [words for _, words in shown(house, made)] == [("Zonder naam.",)]
