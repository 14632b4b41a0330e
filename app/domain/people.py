"""Owns the list of people: reads it from pasted or uploaded CSV and names every fault by line."""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.domain.constellation import Constellation
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: The plain addresses that every mail server takes, on a whole domain; no quotes, no comments, ASCII only.
ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
MOST_PEOPLE = 20_000
LONGEST_NAME = 200
_HEADINGS = {"email", "e-mail", "emailadres", "e-mailadres", "mail", "adres"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to invite. `judges`: the parties that the commissioner assigned, empty when the person chooses."""

    email: str
    name: str
    party: str
    judges: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PeopleList:
    """The people to add, and what was silently right but worth a word."""

    people: tuple[Person, ...]
    notices: tuple[Text, ...]


def decode(raw: bytes) -> str:
    """The text of a file as Excel and others write it: UTF-8 or UTF-16 with a mark, UTF-8, else Windows-1252."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


#: (line, fields): email, name, party and, if given, the keys of the judged parties with | between.
Row = tuple[int, list[str]]


def check_people(
    rows: Sequence[Row],
    constellation: Constellation,
    known: Mapping[str, str],
    removed: Collection[str] = (),
    *,
    by_line: bool = True,
) -> PeopleList:
    """The people in a list. `known`: address → party of everyone ever invited; `removed`: who may be invited again.

    `by_line`: words begin with their line, as for a list that somebody wrote; the place of a fault holds it anyway.
    Raises InvalidInput with every fault by line: too few or too many fields, an unusable address, an unknown party,
    one address in two parties, someone judged who can't be.
    """
    faults: list[Fault] = []
    notices: list[Text] = []
    people: dict[str, Person] = {}
    told = _on_line if by_line else _without_line
    if not rows:
        faults.append(
            fault("people", "De lijst is leeg: geef minstens één regel.", "The list is empty: give at least one line.")
        )
    if len(rows) > MOST_PEOPLE:
        most = fault(
            "people",
            "De lijst heeft meer dan {n} regels: deel haar in stukken.",
            "The list has over {n} lines: split it.",
            n=MOST_PEOPLE,
        )
        raise InvalidInput([most])
    for line, fields in rows:
        where = f"people[{line}]"
        if not 3 <= len(fields) <= 4:
            faults.append(
                fault(
                    where,
                    "Regel {line}: het aantal velden is {n}, en moet 3 of 4 zijn: e-mail, naam, partij en, als u wilt, "
                    "wie die persoon beoordeelt. Zo hoort het: {example}",
                    "Line {line}: the number of fields is {n}, and must be 3 or 4: email, name, party and, if you "
                    "like, whom that person judges. It should look like this: {example}",
                    line=line,
                    n=len(fields),
                    example="jan@ministerie.example; Jan; "
                    + next((party.key for party in constellation.parties), "dienst"),
                )
            )
            continue
        person = Person(
            fields[0].lower(),
            fields[1],
            key_of(fields[2], constellation),
            read_judges(fields[3] if len(fields) == 4 else ""),
        )
        wrong = [told(line, words) for words in _faults_of_person(person, constellation)]
        faults += [Fault(where, words) for words in wrong]
        if wrong:
            continue
        earlier = people.get(person.email)
        invited_in = earlier.party if earlier else known.get(person.email)
        if invited_in is not None and invited_in != person.party:
            belongs = _ELSEWHERE.fill(email=person.email, earlier=invited_in)
            faults.append(Fault(where, told(line, belongs)))
        elif earlier is not None and earlier != person:
            faults.append(Fault(where, told(line, _OTHERWISE.fill(email=person.email))))
        elif invited_in is not None and (earlier is not None or person.email not in removed):
            notices.append(told(line, _TWICE.fill(email=person.email)))
        else:
            people[person.email] = person
    if faults:
        raise InvalidInput(faults)
    return PeopleList(tuple(people.values()), tuple(notices))


def _on_line(line: int, words: Text) -> Text:
    return Text("Regel {line}: {why}", "Line {line}: {why}").fill(line=line, why=words)  # it may begin with a name


def _without_line(_: int, words: Text) -> Text:
    return words


_ELSEWHERE = Text(
    "{email} hoort al bij partij {earlier}; iemand hoort bij precies één partij.",
    "{email} already belongs to party {earlier}; a person belongs to exactly one party.",
)
_OTHERWISE = Text(
    "{email} staat er al met andere gegevens; laat er één van staan.",
    "{email} already stands here with other details; keep one of the two.",
)
_TWICE = Text("{email} stond er al; één keer is genoeg.", "{email} was already there; once is enough.")


def key_of(field: str, constellation: Constellation) -> str:
    """The key of a party that was given by key or by name."""
    wanted = field.casefold()
    if constellation.has_party(wanted):
        return wanted
    return next((p.key for p in constellation.parties if p.name.casefold() == wanted), wanted)


def read_rows(text: str) -> list[Row]:
    """The lines with content of pasted or uploaded CSV: commas, semicolons or tabs, a header or not.

    Raises InvalidInput where it cannot be read as CSV at all.
    """
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines: list[Row] = []
    try:
        lines += [(reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        raise InvalidInput(
            [
                fault(
                    f"people[{reader.line_num}]",
                    "Regel {line} is niet te lezen als CSV: {why}",
                    "Line {line} cannot be read as CSV: {why}",
                    line=reader.line_num,
                    why=str(error),
                )
            ]
        ) from error
    return clean_rows(lines)


def clean_rows(lines: Sequence[Row]) -> list[Row]:
    """Lines with something in them, trimmed; empty fields at the end and the header, if any, are left out."""
    rows: list[Row] = []
    for line, fields in lines:
        cleaned = [_clean(field) for field in fields]
        while len(cleaned) > 3 and not cleaned[-1]:
            cleaned.pop()
        if any(cleaned):
            rows.append((line, cleaned))
    return rows[1:] if rows and rows[0][1][0].lower() in _HEADINGS else rows


def _clean(field: str) -> str:
    """Spaces of every kind trimmed and control characters out: names end up in mail headers."""
    return " ".join("".join(c if c.isprintable() else " " for c in field).split())


def no_address(given: str) -> Text:
    """What is said of a text that is no address."""
    return Text(
        "'{given}' is geen e-mailadres, zoals naam@ministerie.example.",
        "'{given}' is not an email address, such as name@ministerie.example.",
    ).fill(given=given[:80])


def read_judges(field: str) -> frozenset[str]:
    return frozenset(key.strip().lower() for key in field.split("|") if key.strip())


def _faults_of_person(person: Person, constellation: Constellation) -> list[Text]:
    faults: list[Text] = []
    if not ADDRESS.fullmatch(person.email) or len(person.email) > 254:
        faults.append(no_address(person.email))
    if len(person.name) > LONGEST_NAME:
        words = Text(
            "De naam is te lang: er is plaats voor {n} tekens.", "The name is too long: it may have {n} characters."
        )
        faults.append(words.fill(n=LONGEST_NAME))
    if not constellation.has_party(person.party):
        words = Text(
            "Partij '{party}' bestaat niet. Kies uit: {known}.", "Party '{party}' does not exist. Choose from: {known}."
        )
        known = ", ".join(party.key for party in constellation.parties)
        faults.append(words.fill(party=person.party[:40], known=known))
    elif person.judges:
        party = constellation.party(person.party)
        _, wrong = constellation.judged_or_faults(party, person.judges, "judges")
        faults += [found.message for found in wrong]
    return faults
