"""What is fuzzed: each target takes any bytes, and ends well or in a refusal that names what is wrong."""

import json
import tempfile
from functools import cache
from pathlib import Path

from app.catalogue import Catalogue, read_instrument
from app.domain.answers import pack, read_comments, read_ratings, unpack
from app.domain.constellation import Constellation, Questionnaire
from app.domain.people import check_people
from app.domain.problems import InvalidInput
from app.service.sheets import read_file
from app.settings import assessments_path
from tests.people import INSTRUMENT, TRIANGLE


@cache
def constellation() -> Constellation:
    return Constellation(Catalogue.read(assessments_path()).newest(INSTRUMENT), TRIANGLE)


@cache
def questionnaire() -> Questionnaire:
    whole = constellation()
    party = whole.party("wonen")
    return whole.questionnaire(party, frozenset(other.key for other in whole.faced_by(party)))


def told(refusal: InvalidInput) -> None:
    """Every fault says where and what, in both languages, in words that can be sent to a browser."""
    assert refusal.faults
    for fault in refusal.faults:
        assert fault.where
        assert fault.message.nl
        assert fault.message.en
        (fault.message.nl + fault.message.en).encode(errors="replace")


def people(data: bytes) -> None:
    """A list of people, as a file: everybody in it, or nobody and every fault."""
    try:
        found = check_people(read_file(data), constellation(), {})
    except InvalidInput as refusal:
        told(refusal)
        return
    assert len({person.email for person in found.people}) == len(found.people)
    for person in found.people:
        assert person.email.isascii()
        assert person.email.isprintable()
        assert person.name.isprintable()
        assert constellation().has_party(person.party)


def instrument(data: bytes) -> None:
    """An instrument file: sound, or every fault of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "instrument.toml"
        path.write_bytes(data)
        try:
            found = read_instrument(path)
        except InvalidInput as refusal:
            told(refusal)
            return
    assert found.items
    assert found.themes


def answers(data: bytes) -> None:
    """Answers as JSON: what was accepted comes back from its packed form as it was given."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(given, dict):
        return
    steps = constellation().instrument.scale.steps
    try:
        ratings = read_ratings(given, questionnaire(), steps)
    except InvalidInput as refusal:
        told(refusal)
    else:
        sheet = constellation().sheet(constellation().party("wonen"))
        kept = unpack(sheet, pack(sheet, ratings, {"eigenaar", "dienst", "wonen"}))
        assert {key: value for key, value in kept.items() if value is not None} == ratings
    try:
        read_comments(given, questionnaire())
    except InvalidInput as refusal:
        told(refusal)


TARGETS = {"people": people, "instrument": instrument, "answers": answers}
