"""The list of people: as spreadsheets write it, with every fault by line."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.constellation import Constellation, Party
from app.domain.people import MOST_PEOPLE, PeopleList, Person, check_people, decode, read_rows
from app.domain.problems import Fault, InvalidInput
from tests.domain.build import points, triangle

CONSTELLATION = Constellation(points(), triangle(og=[6, 6, 6, 6]))


def read(text: str, **known: str) -> PeopleList:
    return check_people(
        read_rows(text), CONSTELLATION, {key.replace("_at_", "@") + ".nl": value for key, value in known.items()}
    )


def refused(text: str, **known: str) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read(text, **known)
    assert all(fault.message.nl != fault.message.en for fault in caught.value.faults)
    return [(fault.where, fault.message.en) for fault in caught.value.faults]


ANNE, BAS = Person("anne@x.nl", "Anne de Wit", "on"), Person("bas@x.nl", "Bas", "og1")


# --- as files come in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "anne@x.nl,Anne de Wit,on\nbas@x.nl,Bas,og1\n",
        "email,naam,partij\nanne@x.nl,Anne de Wit,on\nbas@x.nl,Bas,og1",
        "E-mailadres;Naam;Partij\r\nanne@x.nl;Anne de Wit;on\r\nbas@x.nl;Bas;og1\r\n",
        "anne@x.nl\tAnne de Wit\ton\nbas@x.nl\tBas\tog1\n",
        "\ufeffemail,name,party,judges\nanne@x.nl,Anne de Wit,on,\nbas@x.nl,Bas,og1,\n",
        '"anne@x.nl","Anne de Wit","on"\n"bas@x.nl","Bas","og1"\n',
        "\n\nanne@x.nl, Anne  de\u00a0Wit ,on\n , ,\n ANNE@x.nl,Anne de Wit,ON \nbas@x.nl,Bas,og1,,,\n",
    ],
    ids=["commas", "header", "semicolons", "tabs", "mark and judges", "quotes", "untidy"],
)
def test_a_list_is_read_however_a_spreadsheet_writes_it(text: str) -> None:
    assert read(text).people == (ANNE, BAS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_decoded_as_excel_and_others_write_it(encoding: str) -> None:
    text = "renée@x.nl;René Müller;on\n"
    assert decode(text.encode(encoding)) == text


def test_utf_16_of_either_byte_order_is_known_by_its_mark() -> None:
    assert decode(b"\xff\xfe" + "é".encode("utf-16-le")) == "é"
    assert decode(b"\xfe\xff" + "é".encode("utf-16-be")) == "é"


@given(st.binary(max_size=200))
def test_any_bytes_are_some_text(raw: bytes) -> None:
    assert isinstance(decode(raw), str)


def test_whom_a_person_judges_may_be_assigned() -> None:
    (person,) = read("anne@x.nl,Anne,on,og1 | OG3\n").people
    assert person.judges == {"og1", "og3"}


def test_a_party_may_be_given_by_its_name_and_a_key_goes_before_a_name() -> None:
    """An office once called OG is now the agency: who is put in `og` must not end up in `on`."""
    eig, *_ = triangle()
    parties = (eig, Party("og", "opdrachtgever", "Directie Wegen"), Party("on", "opdrachtnemer", "OG"))
    rows = read_rows("anne@x.nl,Anne,directie wegen\nbas@x.nl,Bas,og\ncas@x.nl,Cas,on\n")
    found = check_people(rows, Constellation(points(), parties), {})
    assert [person.party for person in found.people] == ["og", "og", "on"]


def test_control_characters_never_reach_a_name() -> None:
    (person,) = read('anne@x.nl,"Anne\r\nBcc: all@x.nl\x00",on\n').people
    assert person.name == "Anne Bcc: all@x.nl"


# --- the same person twice --------------------------------------------------------------------------------------------


def test_identical_lines_are_one_person_and_a_notice() -> None:
    found = read("anne@x.nl,Anne de Wit,on\nanne@x.nl,Anne de Wit,on\n")
    assert found.people == (ANNE,)
    (notice,) = found.notices
    assert "Line 2" in notice.en
    assert "anne@x.nl" in notice.nl


def test_one_address_in_two_parties_is_refused() -> None:
    ((where, words),) = refused("anne@x.nl,Anne,on\nanne@x.nl,Anne,eig\n")
    assert where == "people[2]"
    assert "already belongs to party on" in words


def test_one_address_with_other_details_is_refused() -> None:
    ((where, words),) = refused("anne@x.nl,Anne,on\nanne@x.nl,Anna,on\n")
    assert where == "people[2]"
    assert "other details" in words


def test_somebody_invited_before_is_a_notice_in_the_same_party_and_a_fault_in_another() -> None:
    found = read("anne@x.nl,Anne de Wit,on\n", anne_at_x="on")
    assert (found.people, len(found.notices)) == ((), 1)
    ((_, words),) = refused("anne@x.nl,Anne de Wit,on\n", anne_at_x="eig")
    assert "already belongs to party eig" in words


# --- faults -----------------------------------------------------------------------------------------------------------


def test_every_broken_line_is_named_by_its_number() -> None:
    text = (
        "email;naam;partij;beoordeelt\n"
        "anne@x.nl;Anne\n"
        "geen adres;Bas;on\n"
        "cas@x.nl;Cas;koning\n"
        "dia@x.nl;Dia;on;eig|og9\n"
        "\n"
        f"eva@x.nl;{'E' * 201};on\n"
        "fay@x.nl;Fay;on;og1|og2|og3|og4\n"
        "gea@x.nl;Gea;on;og1;teveel\n"
    )
    found = refused(text)
    assert [where for where, _ in found] == [f"people[{line}]" for line in (2, 3, 4, 5, 7, 8, 9)]
    words = [message for _, message in found]
    assert "the number of fields is 2, and must be 3 or 4" in words[0]
    assert "'geen adres' is not an email address" in words[1]
    assert "Choose from: eig, og1, og2, og3, og4, on" in words[2]
    assert "'og9'" in words[3]
    assert "too long" in words[4]
    assert "at most 3" in words[5]
    assert "the number of fields is 5, and must be 3 or 4" in words[6]


def test_a_name_at_the_head_of_what_is_wrong_is_spelled_as_it_is() -> None:
    own = CONSTELLATION.party("on").name
    assert own[0].isupper()
    ((_, words),) = refused("dia@x.nl;Dia;on;on\n")
    assert words.startswith(f"Line 1: {own} cannot be judged by {own}.")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@x.nl",
        "a@ministerie",  # no letter gets there: the end was forgotten
        "a b@x.nl",
        "a@x@y.nl",
        "a@-x.nl",
        "a@x.nl>",
        "<a@x.nl",
        "a@x.nl.",
        "a\\@x.nl",
        f"{'a' * 65}@x.nl",
        f"a@{'x' * 253}.nl",
    ],
)
def test_what_could_not_be_mailed_is_no_address(address: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([address, "Anne", "on"])
    ((_, words),) = refused(out.getvalue())
    assert "not an email address" in words


@pytest.mark.parametrize("address", ["a@x.nl", "o'brien+test@sub.x-y.example", "A.B@X.NL"])
def test_what_can_be_mailed_is_an_address_in_small_letters(address: str) -> None:
    assert read(f"{address},Anne,on\n").people[0].email == address.lower()


@pytest.mark.parametrize("text", ["", "\n\n", " , ,\n", "email,naam,partij\n", "\ufeff"])
def test_an_empty_list_is_said_to_be_empty(text: str) -> None:
    assert refused(text) == [("people", "The list is empty: give at least one line.")]


def test_a_list_that_is_far_too_long_is_refused_at_once() -> None:
    lines = "".join(f"p{n}@x.nl,P,on\n" for n in range(MOST_PEOPLE + 1))
    assert refused(lines) == [("people", f"The list has over {MOST_PEOPLE} lines: split it.")]


def test_a_file_that_is_no_csv_is_a_fault_with_its_line() -> None:
    ((where, words),) = refused('anne@x.nl,"' + "x" * 140_000)
    assert where == "people[1]"
    assert "cannot be read as CSV" in words


LINES = st.lists(
    st.lists(
        st.sampled_from(["anne@x.nl", "bas@x.nl", "Anne", "on", "og1", "og1|og2", "", "email", "{x}", '"', "{", "%s"])
        | st.text(max_size=12),
        max_size=5,
    ).map(";".join),
    max_size=6,
).map("\n".join)


@settings(max_examples=300)
@given(LINES | st.text(max_size=200), st.dictionaries(st.just("anne@x.nl"), st.sampled_from(["on", "eig"])))
def test_any_text_is_a_list_of_people_or_faults_and_never_a_crash(text: str, known: dict[str, str]) -> None:
    faults: tuple[Fault, ...] = ()
    found = PeopleList((), ())
    try:
        found = check_people(read_rows(text), CONSTELLATION, known)
    except InvalidInput as invalid:
        faults = invalid.faults
    addresses = [person.email for person in found.people]
    assert faults or addresses or found.notices
    assert len(addresses) == len(set(addresses))
    assert not set(addresses) & set(known)
    assert all(CONSTELLATION.has_party(person.party) and person.name.isprintable() for person in found.people)
