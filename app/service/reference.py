"""Owns the reference mode of scoring.md §12: scoring files without a database, and writing those files."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.answers import Value, pack, read_value, unpack, unusable_value
from app.domain.constellation import Constellation, Party, Voice, faults_of_parties
from app.domain.estimate import Codes
from app.domain.figures import Json
from app.domain.instrument import Instrument
from app.domain.parameters import Parameters, read_parameters
from app.domain.problems import Fault, InvalidInput, plain
from app.domain.snapshot import Snapshot, Wave, make
from app.domain.trend import read_private, reasons_of

COLUMNS = ("person", "party", "item", "about", "value")
_PARTY_KEYS = {"key", "role", "name", "voice", "invited", "changed"}
_TOP_KEYS = {"assessment", "wave", "parties", "params", "previous"}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    person: str
    party: str
    item: str
    about: str
    value: str


def score_files(instrument: Instrument, responses: str, parameters: str, *, exact: bool) -> Json:
    """The score document of answers in CSV with parameters in JSON. Raises InvalidInput with every fault."""
    raw = _read_json(parameters)
    rows, faults = _read_rows(responses)
    parties, wrong = _read_parties(raw, instrument, rows)
    faults += wrong
    params, wave = Parameters(), Wave()
    try:
        themes = [theme.key for theme in instrument.themes]
        params = read_parameters(_table(raw, "params"), themes, exact=exact)
    except InvalidInput as invalid:
        faults += invalid.faults
    try:
        wave = _read_wave(raw)
    except InvalidInput as invalid:
        faults += invalid.faults
    if faults:
        raise InvalidInput(faults)
    constellation = Constellation(instrument, parties)
    sheets = _read_answers(constellation, rows)
    return make(constellation, params, sheets, wave, exact=exact).document


def _read_json(text: str) -> Mapping[str, object]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput([plain("parameters", f"is not JSON: {error}")]) from error
    if not isinstance(raw, dict):
        raise InvalidInput([plain("parameters", 'must be an object, such as {"parties": [...]}')])
    return raw


def _table(raw: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = raw.get(key, {})
    if not isinstance(found, dict):
        raise InvalidInput([plain(f"parameters: {key}", "must be an object")])
    return found


def _read_wave(raw: Mapping[str, object]) -> Wave:
    faults = [
        plain(f"parameters: {key}", f"is not a known key; known are: {', '.join(sorted(_TOP_KEYS))}")
        for key in raw
        if key not in _TOP_KEYS
    ]
    number = raw.get("wave", 1)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        faults.append(plain("parameters: wave", "must be a whole number from 1"))
    previous = None
    if raw.get("previous") is not None:
        try:
            earlier = _table(raw, "previous")
            previous = Snapshot(dict(_table(earlier, "document")), read_private(_table(earlier, "private")))
            reasons_of(previous.document)
        except (KeyError, TypeError, ValueError, AttributeError, InvalidInput):
            words = "must hold the earlier wave's snapshot as {document, private}, as export-answers writes it"
            faults.append(plain("parameters: previous", words))
    if faults:
        raise InvalidInput(faults)
    return Wave(str(raw.get("assessment", "")), int(str(number)), previous)


def _read_rows(text: str) -> tuple[list[_Row], list[Fault]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    rows: list[_Row] = []
    faults: list[Fault] = []
    try:
        if tuple(name.strip() for name in next(reader, [])) != COLUMNS:
            return [], [plain("responses: line 1", f"must be the header {','.join(COLUMNS)}")]
        for fields in reader:
            if fields and len(fields) != len(COLUMNS):
                words = f"has {len(fields)} fields; there must be {len(COLUMNS)}: {','.join(COLUMNS)}"
                faults.append(plain(f"responses: line {reader.line_num}", words))
            elif fields:
                rows.append(_Row(reader.line_num, *(field.strip() for field in fields)))
    except csv.Error as error:
        faults.append(plain(f"responses: line {reader.line_num}", f"cannot be read as CSV: {error}"))
    return rows, faults


def _read_parties(
    raw: Mapping[str, object], instrument: Instrument, rows: Sequence[_Row]
) -> tuple[tuple[Party, ...], list[Fault]]:
    given = raw.get("parties")
    if not isinstance(given, list) or not all(isinstance(party, dict) for party in given) or not given:
        return (), [plain("parameters: parties", 'must be a list such as [{"key": "on", "role": "opdrachtnemer"}]')]
    people = Counter(party for _, party in {(row.person, row.party) for row in rows})
    parties: list[Party] = []
    faults: list[Fault] = []
    for place, entry in enumerate(given, start=1):
        where = f"parameters: parties[{place}]"
        known = ", ".join(sorted(_PARTY_KEYS))
        faults += [
            plain(f"{where}.{key}", f"is not a known key; known: {known}") for key in sorted(set(entry) - _PARTY_KEYS)
        ]
        key = str(entry.get("key", ""))
        invited = entry.get("invited", people[key])
        if not isinstance(invited, int) or isinstance(invited, bool) or invited < people[key]:
            words = f"must be a whole number, at least the {people[key]} people of this party in the responses"
            faults.append(plain(f"{where}.invited", words))
            invited = people[key]
        voice: Voice = "statement" if entry.get("voice") == "statement" else "group"
        if entry.get("voice", "group") not in ("group", "statement"):
            faults.append(plain(f"{where}.voice", "must be group or statement"))
        if voice == "statement" and people[key] > 1:
            faults.append(plain(f"{where}.voice", f"a statement has one respondent; the responses hold {people[key]}"))
        if not isinstance(entry.get("changed", False), bool):
            faults.append(plain(f"{where}.changed", "must be true or false"))
        parties.append(
            Party(
                key,
                str(entry.get("role", "")),
                str(entry.get("name", key)),
                voice,
                invited,
                entry.get("changed") is True,
            )
        )
    faults += [Fault(f"parameters: {f.where}", f.message) for f in faults_of_parties(instrument, parties)]
    return tuple(parties), faults


class _People:
    """The answers of all people as rows come in, with every fault by line."""

    def __init__(self, constellation: Constellation) -> None:
        self._steps = constellation.instrument.scale.steps
        self.sheets = {party.key: constellation.sheet(party) for party in constellation.parties}
        self._known = {party: {(r.item.id, r.about or ""): r for r in sheet} for party, sheet in self.sheets.items()}
        self._party_of: dict[str, str] = {}
        self._seen: set[tuple[str, str, str]] = set()
        self.answers: dict[str, dict[str, dict[str, Value]]] = {party: {} for party in self.sheets}
        self.judged: dict[str, set[str]] = {}
        self.faults: list[Fault] = []

    def add(self, row: _Row) -> None:
        where = f"responses: line {row.line}"
        rating = self._known.get(row.party, {}).get((row.item, row.about))
        if row.party not in self._known:
            self.faults.append(plain(where, f"party '{row.party}' is not in the parameters"))
            return
        if rating is None:
            about = f" about '{row.about}'" if row.about else ""
            self.faults.append(plain(where, f"party '{row.party}' is not asked item '{row.item}'{about}"))
            return
        if self._party_of.setdefault(row.person, row.party) != row.party:
            self.faults.append(plain(where, f"'{row.person}' already belongs to '{self._party_of[row.person]}'"))
        if (row.person, row.item, row.about) in self._seen:
            self.faults.append(plain(where, f"'{row.person}' already answered '{rating.key}'"))
        self._seen.add((row.person, row.item, row.about))
        answers = self.answers[row.party].setdefault(row.person, {})
        if row.about:
            self.judged.setdefault(row.person, set()).add(row.about)
        try:
            value = read_value(row.value, self._steps)
        except ValueError:
            self.faults.append(unusable_value(where, row.value, self._steps))
        else:
            if value is not None:
                answers[rating.key] = value


def _read_answers(constellation: Constellation, rows: Sequence[_Row]) -> dict[str, Codes]:
    """Packed answers per party; a party that a person gave no row about was not judged by that person."""
    people = _People(constellation)
    for row in rows:
        people.add(row)
    if people.faults:
        raise InvalidInput(people.faults)
    return {
        party: as_codes(
            len(sheet),
            [pack(sheet, given, people.judged.get(person, ())) for person, given in people.answers[party].items()],
        )
        for party, sheet in people.sheets.items()
    }


def as_codes(ratings: int, packed: Sequence[bytes]) -> Codes:
    """Packed answers as an array of people × ratings."""
    return np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), ratings)


def write_responses(constellation: Constellation, packed: Mapping[str, Iterable[bytes]]) -> Iterator[str]:
    """Lines of RESPONSES for stored submissions; people are numbered per party, in the given order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for party in constellation.parties:
        sheet = constellation.sheet(party)
        places = {rating.key: rating for rating in sheet}
        for number, answers in enumerate(packed.get(party.key, ()), start=1):
            for key, value in unpack(sheet, answers).items():
                rating = places[key]
                given = "" if value is None else value
                writer.writerow([f"{party.key}-{number}", party.key, rating.item.id, rating.about or "", given])
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def write_parameters(constellation: Constellation, params: Parameters, wave: Wave) -> str:
    """The PARAMETERS file that goes with `write_responses`: together they give the same snapshot hash."""
    whole: Json = {
        "assessment": wave.assessment,
        "wave": wave.number,
        "parties": [
            {
                "key": p.key,
                "role": p.role,
                "name": p.name,
                "voice": p.voice,
                "invited": p.invited,
                **({"changed": True} if p.changed else {}),
            }
            for p in constellation.parties
        ],
        "params": params.as_json(),
    }
    if wave.previous:
        whole["previous"] = {"document": wave.previous.document, "private": wave.previous.private.as_json()}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
