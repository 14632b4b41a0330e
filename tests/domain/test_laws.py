"""Laws of scoring (architecture.md §7), on random assessments."""

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.constellation import Constellation, Party
from app.domain.disclosure import REASONS
from app.domain.estimate import score_block
from app.domain.instrument import Instrument
from app.domain.parameters import Parameters
from app.domain.snapshot import content_hash, make
from tests.domain.build import Document, Respondent, points, several, sheets_of
from tests.domain.chance import Drawn, assessments, respondent
from tests.domain.published import Reading, Truth, figures_of, is_published

SEEDS = st.integers(0, 10**9)
law = settings(max_examples=25)
RATES = (0.05, 0.05, 0.05, 0.05)


def published(document: Document) -> dict[str, Any]:
    """Everything that stands as published, and all that is said about the whole."""
    lists = ("cells", "views", "relations", "role_relations", "constellation", "totals", "gaps", "divisions")
    return {name: [figure for figure in document[name] if is_published(figure)] for name in lists} | {
        name: document[name] for name in ("strengths", "comparisons", "expected_chance_flags", "audit", "params")
    }


def pooled(document: Document) -> set[str]:
    return {key for party in document["parties"] for key in party.get("pooled", [])}


def lonely_hidden(drawn: Drawn, document: Document, *, invited: int = 0) -> list[Party]:
    """Group parties that are hidden and in no pool."""
    hidden = {party["key"] for party in document["parties"] if not is_published(party)} - pooled(document)
    return [p for p in drawn.constellation.parties if p.key in hidden and not p.attributed and p.invited >= invited]


def half_turned(instrument: Instrument, chance: random.Random) -> Instrument:
    """The instrument with a random half of its items turned round."""
    items = tuple(
        replace(item, reversed=not item.reversed) if chance.random() < 0.5 else item for item in instrument.items
    )
    return replace(instrument, items=items)


# --- what does not matter ---------------------------------------------------------------------------------------------


@law
@given(assessments(), SEEDS)
def test_the_order_of_people_is_irrelevant(drawn: Drawn, seed: int) -> None:
    chance = random.Random(seed)
    shuffled = {key: chance.sample(list(people), len(people)) for key, people in drawn.people.items()}
    assert replace(drawn, people=shuffled).document()["snapshot"] == drawn.document()["snapshot"]


@law
@given(assessments(), SEEDS)
def test_reversing_an_item_and_its_answers_together_changes_nothing(drawn: Drawn, seed: int) -> None:
    instrument = drawn.constellation.instrument
    turned = half_turned(instrument, random.Random(seed))
    steps = instrument.scale.steps
    round_about = {item.id for item in instrument.items if item.reversed != turned.items_by_id[item.id].reversed}
    people = {
        key: [
            Respondent(
                {
                    place: steps + 1 - value if isinstance(value, int) and place.split("@")[0] in round_about else value
                    for place, value in person.ratings.items()
                },
                person.judged,
            )
            for person in everyone
        ]
        for key, everyone in drawn.people.items()
    }
    assert round_about
    assert (
        Drawn(Constellation(turned, drawn.constellation.parties), people, drawn.params).document() == drawn.document()
    )


@law
@given(assessments(), SEEDS)
def test_other_answers_of_a_hidden_unpooled_party_change_no_published_figure(drawn: Drawn, seed: int) -> None:
    before = drawn.document()
    parties = lonely_hidden(drawn, before)
    assume(any(drawn.people[party.key] for party in parties))
    party = next(party for party in parties if drawn.people[party.key])
    chance = random.Random(seed)
    others = [respondent(drawn.constellation, party, chance, RATES) for _ in drawn.people[party.key]]
    after = drawn.with_people(party.key, others).document()
    assume(party.key in {p.key for p in lonely_hidden(drawn, after)} and pooled(after) == pooled(before))
    assert published(after) == published(before)


@law
@given(assessments(), SEEDS)
def test_one_more_person_in_a_party_that_stays_hidden_and_unpooled_changes_no_published_figure(
    drawn: Drawn, seed: int
) -> None:
    before = drawn.document()
    # A party that becomes large enough to be judged shows more, and rightly so: the law is about its own people.
    parties = lonely_hidden(drawn, before, invited=drawn.params.k_target)
    assume(parties)
    party = parties[0]
    larger = Constellation(
        drawn.constellation.instrument,
        tuple(replace(p, invited=p.invited + 1) if p == party else p for p in drawn.constellation.parties),
    )
    more = [*drawn.people[party.key], respondent(larger, party, random.Random(seed), (0.0, 0.0, 0.0, 0.0))]
    after = replace(drawn, constellation=larger).with_people(party.key, more).document()
    assume(not next(is_published(p) for p in after["parties"] if p["key"] == party.key))
    assume(pooled(after) == pooled(before))
    assert published(after) == published(before)


# --- the best of all answers ------------------------------------------------------------------------------------------


def best(constellation: Constellation, drawn: Drawn) -> dict[str, list[Respondent]]:
    steps = constellation.instrument.scale.steps
    return {
        party.key: [
            Respondent(
                {rating.key: 1 if rating.item.reversed else steps for rating in constellation.sheet(party)},
                {other.key for other in constellation.faced_by(party)},
            )
            for _ in drawn.people[party.key]
        ]
        for party in constellation.parties
    }


@law
@given(assessments())
def test_all_best_is_shown_as_at_least_95_for_a_group_and_as_100_for_a_statement(drawn: Drawn) -> None:
    document = replace(drawn, people=best(drawn.constellation, drawn)).document()
    voices = {party["key"]: party["voice"] for party in document["parties"]}
    for cell in document["cells"]:
        if is_published(cell):
            shown = (cell["score"], cell.get("bound"), cell["agreement"])
            assert shown == ((100, None, None) if voices[cell["from"]] == "statement" else (95, "at_least", "united"))


@given(st.integers(2, 101), st.integers(1, 12), st.integers(1, 6), SEEDS)
@settings(max_examples=60)
def test_all_best_gives_every_person_a_hundred_and_all_worst_nothing(
    steps: int, items: int, people: int, seed: int
) -> None:
    chance = random.Random(seed)
    backwards = [chance.random() < 0.5 for _ in range(items)]
    top = np.array([[1 if back else steps for back in backwards]] * people, dtype=np.uint8)
    good, bad = (score_block(codes, steps, backwards) for codes in (top, steps + 1 - top))
    assert [100 * int(n) == 100 * good.denominator for n in good.numerators] == [True] * people
    assert bad.numerators.tolist() == [0] * people
    assert (good.mean, bad.mean) == (100, 0)


# --- what is shown, and what is not -----------------------------------------------------------------------------------


@law
@given(assessments())
def test_nothing_is_published_below_a_threshold(drawn: Drawn) -> None:
    document = drawn.document()
    truth = Truth(drawn.constellation, drawn.people, document)
    params = drawn.params
    parties = {party.key: party for party in drawn.constellation.parties}
    for standing in document["parties"]:
        key = standing["key"]
        if is_published(standing) and standing["voice"] == "group":
            respondents = truth.respondents(key)
            invited = sum(parties[member].invited for member in standing.get("pooled", [key]))
            assert respondents >= params.k_party
            assert 5 * respondents >= 2 * invited
            assert standing["n"] == (str(respondents) if respondents >= 10 else f"{params.k_party}–9")
    shown = {party["key"] for party in document["parties"] if is_published(party)}
    for key, cell in Reading(document, drawn.constellation.instrument).cells.items():
        if not is_published(cell):
            continue
        _, _, source, about = key
        assert source in shown
        assert len(truth.contributors(key)) >= (params.k_cell if truth.protected(source) else 1)
        if about and parties[about].voice == "group":
            assert parties[about].invited >= params.k_target
        elif about:
            assert truth.respondents(about) == 1


NUMBERS = {"ci95", "exact", "a", "b", "size", "evidence", "quadrant", "detail", "bound", "agreement", "spread", "score"}


@law
@given(assessments())
def test_every_hidden_object_holds_one_reason_and_no_number(drawn: Drawn) -> None:
    document = drawn.snapshot(exact=True).document
    hidden = [(name, figure) for name, figure in figures_of(document) if not is_published(figure)]
    for name, figure in hidden:
        assert figure["state"] == "suppressed"
        assert figure["reason"] in REASONS
        assert not {key for key in NUMBERS & set(figure) if figure[key] is not None}
        if name == "gaps":
            assert (figure["rank"], figure["value"], figure["material"]) == (None, None, False)
        elif name != "divisions":
            assert "score" in figure
    for figure in document["parties"]:
        if not is_published(figure):
            assert (figure["n"], figure["response"]) == (None, None)
            assert figure["reason"] in ("party_small", "response_low")
    for name, figure in figures_of(document):
        if is_published(figure):
            assert "reason" not in figure
            assert figure.get("score", figure.get("value", 0)) is not None, name


@law
@given(assessments())
def test_each_roll_up_rests_on_published_cells_alone_and_weighs_them_to_one(drawn: Drawn) -> None:
    """`Reading` raises RestsOnHidden where a part is hidden; a level weighs one in all, a difference nothing."""
    document = drawn.document()
    for weights in Reading(document, drawn.constellation.instrument).all():
        assert sum(weights.values()) in (0, 1)


@law
@given(assessments())
def test_exact_figures_are_the_weighted_means_of_the_cells(drawn: Drawn) -> None:
    """A second road to every level: the published cells' exact means, mixed by the weights of §4."""
    document = drawn.snapshot(exact=True).document
    reading = Reading(document, drawn.constellation.instrument)

    def value(weights: Mapping[Any, Any]) -> float:
        return sum(float(weight) * reading.cells[key]["exact"]["est"] for key, weight in weights.items())

    for view in filter(is_published, document["views"]):
        assert abs(view["exact"]["est"] - value(reading.view(view["theme"], view["from"], view["about"]))) < 1e-9
    for total in filter(is_published, document["totals"]):
        assert abs(total["exact"]["est"] - value(reading.total(total))) < 1e-9
    for whole in filter(is_published, document["constellation"]):
        assert abs(whole["exact"]["est"] - value(reading.constellation(whole["theme"]))) < 1e-9
    for found in filter(is_published, document["gaps"]):
        if found["type"] != "ambition":
            one, other = reading.sides(found)
            assert abs(found["exact"]["est"] - value(one) + value(other)) < 1e-9


@law
@given(assessments())
def test_one_side_is_shown_exactly_when_one_direction_is_published(drawn: Drawn) -> None:
    document = drawn.document()
    views = {(v["theme"], v["from"], v["about"]): v for v in document["views"]}
    for relation in document["relations"]:
        one, other = relation["between"]
        directions = [views[relation["theme"], *pair] for pair in ((one, other), (other, one))]
        shown = [view for view in directions if is_published(view)]
        assert is_published(relation) == (len(shown) == 2)
        if len(shown) == 1:
            side = {key: shown[0][key] for key in ("from", "about", "score", "ci95")}
            assert relation["one_sided"] == side
        else:
            assert "one_sided" not in relation


@law
@given(assessments())
def test_pools_are_a_source_only(drawn: Drawn) -> None:
    document = drawn.document()
    pools = {party["key"] for party in document["parties"] if "pooled" in party}
    judged = [figure.get("about") for _, figure in figures_of(document)]
    paired = [key for name, f in figures_of(document) if f.get("type") != "outlook" for key in f.get("between", [])]
    assert not pools & {*judged, *paired}
    for party in document["parties"]:
        for member in party.get("pooled", []):
            assert not any(is_published(cell) for cell in document["cells"] if cell["from"] == member)


# --- the hash ---------------------------------------------------------------------------------------------------------


@law
@given(assessments())
def test_the_hash_is_stable_and_covers_the_whole_document(drawn: Drawn) -> None:
    document = drawn.document()
    assert document["snapshot"] == content_hash(document)
    assert content_hash(dict(reversed(document.items()))) == document["snapshot"]
    for name in ("cells", "gaps", "parties", "params", "wave", "audit"):
        assert content_hash({**document, name: [document[name]]}) != document["snapshot"]


def test_one_answer_of_one_person_in_a_published_cell_changes_the_hash() -> None:
    constellation = Constellation(
        several(), (Party("b", "baas", "b", "group", 6), Party("v", "vrager", "v", "group", 6))
    )
    chance = random.Random(1)
    people = {
        p.key: [respondent(constellation, p, chance, (0, 0, 0, 0)) for _ in range(6)] for p in constellation.parties
    }
    drawn = Drawn(constellation, people, Parameters())
    before = drawn.document()["snapshot"]
    person = people["b"][0]
    changed = Respondent({**person.ratings, "rol-1": 1 + int(person.ratings["rol-1"]) % 5}, person.judged)
    assert drawn.with_people("b", [changed, *people["b"][1:]]).document()["snapshot"] != before


def test_an_assessment_without_any_answer_is_a_document_of_reasons() -> None:
    constellation = Constellation(points(), (Party("e", "eigenaar", "E", "group", 5),))
    document = make(constellation, Parameters(), sheets_of(constellation, {})).document
    assert [cell["reason"] for cell in document["cells"]] == ["party_small"] * len(document["cells"])
    assert document["comparisons"] == 0
