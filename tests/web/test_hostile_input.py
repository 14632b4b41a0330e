"""Input that nobody types: refused with a word, or taken as text; never a bug of ours, and nothing half-saved."""

import json
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.people import FAN, FAN_PEOPLE, House
from tests.web.conftest import Make
from tests.web.visitor import Visitor

Q = "/api/v1/questionnaire"
ASSESSMENTS = "/api/v1/assessments"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}

#: What may stand where an answer should.
ANSWERS = {
    "a number without end": b"1" * 5000,
    "a long number": b"1" * 4000,
    "infinity": b"1e400",
    "no number": b"NaN",
    "half a character": b'"\\ud800"',
    "a list in a list in a list": b"[" * 900 + b"]" * 900,
    "lists without end": b"[" * 50_000 + b"]" * 50_000,
    "an object": b'{"a": 1}',
    "true": b"true",
}
BODIES = {
    "objects without end": b'{"ratings":' + b'{"a":' * 3000 + b"1" + b"}" * 3001,
    "a place of half a character": b'{"ratings": {"\\ud800": 1}}',
    "a party of half a character": b'{"judged": ["\\ud800"]}',
    "another encoding": '{"ratings": {"x": 1}}'.encode("utf-16"),
    "bytes that are no text": b'{"ratings": {"\xff": 1}}',
    "no JSON": b"ratings=1",
    "nothing": b"",
}


#: As large as a body may be, and every word of it wrong.
NOTHING_KNOWN = b"{" + b",".join(b'"%x":0' % place for place in range(380_000)) + b"}"


@pytest.mark.parametrize(
    ("method", "where"), [("PUT", f"{Q}/answers"), ("POST", f"{Q}/submission"), ("POST", ASSESSMENTS)]
)
def test_a_large_body_is_read_only_from_somebody_who_is_known(client: Make, method: str, where: str) -> None:
    """Reading it takes so long that everyone else would wait."""
    answer = client("nobody").request(method, where, content=NOTHING_KNOWN, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    by_pieces = client("nobody").request(method, where, content=iter([NOTHING_KNOWN[:9000]] * 9), headers=JSON)
    assert by_pieces.status_code == 401


def test_of_fields_that_do_not_exist_a_few_are_named_and_a_flood_is_told_as_one(client: Make, house: House) -> None:
    respondent = client(house.link(house.opened()), accept_language="en")
    few = respondent.put(f"{Q}/answers", json=dict.fromkeys("abc", 0))
    assert {fault["location"] for fault in few.json()["errors"]} == set("abc")
    flood = respondent.put(f"{Q}/answers", content=NOTHING_KNOWN, headers=JSON)
    (fault,) = flood.json()["errors"]
    assert flood.status_code == 400
    assert "ratings" in fault["detail"], "what would be right"


def test_of_thousands_of_faults_the_first_are_told_and_how_many_more(api: TestClient, house: House) -> None:
    made = house.draft()
    people = [{"email": f"p{number}@ministerie.example", "naam": "x"} for number in range(2000)]
    answer = api.post(f"{ASSESSMENTS}/{made.id}/invitations", json={"people": people})
    told = answer.json()["errors"]
    assert answer.status_code == 400
    assert len(told) == 201
    assert told[0]["location"].startswith("people.0.")
    assert told[-1]["detail"] == "and 3800 more"
    assert house.again(made) == made


@pytest.mark.parametrize("kind", [*ANSWERS, *BODIES])
def test_json_that_is_no_answer_is_refused(client: Make, house: House, kind: str) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN))
    program = client(token, accept_language="en")
    key = program.get(Q).json()["pages"][0]["statements"][0]["ratings"][0]["key"]
    body = BODIES.get(kind) or b'{"ratings": {"%s": %s}}' % (key.encode(), ANSWERS.get(kind, b""))
    answer = program.put(f"{Q}/answers", content=body if kind != "nothing" else b"", headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert house.number_of("draft") == 0


@pytest.mark.parametrize("words", ["a\ud800b", "a\x00b"])
def test_a_comment_with_half_a_character_or_a_nul_does_no_harm(client: Make, house: House, words: str) -> None:
    token = house.link(house.opened())
    program = client(token)
    place = program.get(Q).json()["comments"][0]["key"]
    answer = program.put(f"{Q}/answers", content=json.dumps({"comments": {place: words}}), headers=JSON)
    assert answer.status_code in (200, 400)
    assert program.get(Q).status_code == 200


HALF = b'"\\ud800"'
OFFICE = {
    "params": b'{"params": {"kCell": 1e999, "\\ud800": []}}',
    "ambition": b'{"params": {"ambition": {"sturing": "1e999999999"}}}',
    "ambition of a fraction": b'{"params": {"ambition": {"sturing": "1/0"}}}',
    "parties": b'{"parties": [{"key": %s, "role": %s, "name": %s, "voice": "group"}]}' % (HALF, HALF, HALF),
    "title": b'{"title": %s}' % HALF,
    "constellation": b'{"constellation": %s}' % HALF,
}


@pytest.mark.parametrize("kind", OFFICE)
def test_an_office_that_sends_half_characters_or_endless_numbers_is_told(
    api: TestClient, house: House, kind: str
) -> None:
    made = house.draft()
    before = house.again(made)
    answer = api.patch(f"/api/v1/assessments/{made.id}", content=OFFICE[kind], headers=JSON)
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"]
    assert house.again(made) == before


def test_people_with_half_characters_are_named_and_nobody_is_invited(api: TestClient, house: House) -> None:
    made = house.draft(people={})
    people = b'{"people": [{"email": "q@a.nl", "name": "x", "party": "wonen", "judges": ["a|b", %s]}]}' % HALF
    answer = api.post(f"/api/v1/assessments/{made.id}/invitations", content=people, headers=JSON)
    assert answer.status_code == 400, answer.text
    assert house.number_of("invitation") == 0


ODD = ("²", "٣", "9" * 5000, "1e999999999", "-", "NaN", "1/0", "\x1f", "{purpose}", "{{7*7}}", "a\r\nBcc: x@y.nl")


@pytest.mark.parametrize("odd", [*ODD, "\ud800", "\x00"])
def test_no_field_of_the_office_can_be_broken(member: Visitor, house: House, odd: str) -> None:
    made = house.draft()
    for page, ending in (("gegevens", "/gegevens"), ("partijen", "/partijen"), ("mensen", "/mensen")):
        form = member.open(f"/bureau/metingen/{made.id}/{page}").form(ending)
        for name in [*form.controls, "onbekend"]:
            if name == "file":
                continue
            form = member.open(f"/bureau/metingen/{made.id}/{page}").form(ending)  # else it would be an old one
            fields = [(key, value) for key, values in form.filled_in().items() for value in values if key != name]
            body = urlencode([*fields, (name, odd.encode("utf-8", "surrogatepass"))])
            answer = member.client.post(form.action, content=body, headers=FORM)
            assert answer.status_code in (200, 303, 400, 403), (page, name, answer.text[-300:])
    assert member.open(f"/bureau/metingen/{made.id}").status == 200


@pytest.mark.parametrize("odd", [*ODD, "\ud800", "\x00"])
def test_no_field_of_a_respondent_can_be_broken(client: Make, house: House, odd: str) -> None:
    visitor = Visitor(client())
    token = house.link(house.opened())
    form = visitor.send(visitor.open(f"/invullen/{token}").form()).form()
    for name in [*form.controls, "go", "onbekend"]:
        fields = [(key, value) for key, values in form.filled_in().items() for value in values if key != name]
        body = urlencode([*fields, (name, odd.encode("utf-8", "surrogatepass"))])
        answer = visitor.client.post(form.action, content=body, headers=FORM)
        assert answer.status_code in (200, 204, 303, 400, 403, 409), (name, answer.text[-300:])
    assert visitor.open("/invullen/vragen/1").status == 200


def test_half_a_character_in_a_form_of_another_charset_is_refused(client: Make, house: House) -> None:
    visitor = Visitor(client())
    form = visitor.send(visitor.open(f"/invullen/{house.link(house.opened())}").form()).form()
    fields = {key: values[0] for key, values in form.filled_in().items()} | {"opened": "+2AA-", "sequence": "1"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()]
    content = "multipart/form-data; boundary=x; charset=utf-7"
    answer = visitor.client.post(form.action, content="".join([*parts, "--x--\r\n"]), headers={"content-type": content})
    assert answer.status_code == 400
    assert "Er staat een teken in dat niet kan." in answer.text
    assert house.number_of("draft") == 0


PART = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n%s\r\nq\r\n'
MULTIPART = {
    "a part that stops halfway": b'--x\r\nContent-Disposition: form-data; name="a',
    "a header without end": PART % (b"a", b"", b"X: " + b"y" * 1_000_000 + b"\r\n") + b"--x--\r\n",
    "twenty thousand parts": b"".join(PART % (b"a%d" % n, b"", b"") for n in range(20_000)) + b"--x--\r\n",
    "ten files": b"".join(PART % (b"f%d" % n, b'; filename="f"', b"") for n in range(10)) + b"--x--\r\n",
    "a name without end": PART % (b"a" * 1_000_000, b"", b"") + b"--x--\r\n",
    "no part at all": b"",
}


@pytest.mark.parametrize("kind", MULTIPART)
def test_a_form_in_parts_that_no_browser_makes_is_refused(member: Visitor, house: House, kind: str) -> None:
    made = house.draft(people={})
    answer = member.client.post(
        f"/bureau/metingen/{made.id}/mensen",
        content=MULTIPART[kind],
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code in (400, 403), answer.text[-300:]
    assert house.number_of("invitation") == 0


FILES = {
    "a million columns": b"," * 1_000_000,
    "a field without end": b'"' + b"x" * 3_000_000,
    "a large field": b"a@b.nl," + b"x" * 200_000 + b",wonen",
    "lines without end": b"a,b,c\n" * 500_000,
    "half characters": "\ud800@a.nl,x,wonen".encode("utf-8", "surrogatepass"),
    "half of UTF-16": b"\xff\xfe\x00\xd8a,\x00b",
    "nothing but nuls": b"\x00" * 1000,
    "old line ends": b"\r" * 100_000,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_list_of_people_is_refused_with_little_ado(member: Visitor, house: House, kind: str) -> None:
    made = house.draft(people={})
    form = member.open(f"/bureau/metingen/{made.id}/mensen").form("/mensen")
    page = member.send(form, files={"file": ("mensen.csv", FILES[kind], "text/csv")})
    assert page.status == 400
    assert len(page.answer.content) < 2_000_000, "what is wrong is told, not the whole file again"
    assert house.number_of("invitation") == 0


PATHS = (
    "/invullen/%ED%A0%80",
    "/invullen/%FF%FE",
    "/lezen/%FF",
    "/inloggen/%ED%A0%80",
    "/rapport/%FF",
    "/invullen/vragen/99999999999999999999999999",
    "/invullen/vragen/%D9%A1",
    "/api/v1/assessments/%ED%A0%80",
    "/api/v1/instruments/%FF/1",
    "/api/v1/instruments/driehoek/99999999999999999999999",
)


@pytest.mark.parametrize("path", PATHS)
def test_an_address_that_is_no_text_leads_nowhere(anyone: TestClient, api: TestClient, path: str) -> None:
    assert anyone.get(path).status_code in (400, 401, 404)
    assert api.get(path).status_code in (400, 401, 404)


@pytest.mark.parametrize("name", ["cookie", "authorization", "if-none-match", "accept-language", "accept"])
def test_headers_that_are_no_text_do_no_harm(anyone: TestClient, name: str) -> None:
    for value in (b"\xff\xfe", b"Bearer \xff", b"rolvast_bureau=\xed\xa0\x80; taal=\xff", b"en;q=nan, nl;q=1e999"):
        for path in ("/", "/bureau", "/api/v1/assessments", "/api/v1/assessments/x/scores"):
            assert anyone.get(path, headers={name: value}).status_code in (200, 401, 406), (path, value)
