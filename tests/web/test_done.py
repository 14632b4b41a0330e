"""What a step did is said on the page that follows, and only where it is true."""

from app.service import letters
from tests.people import House
from tests.web.visitor import Visitor

OPENED = "De meting is open. De brieven met de persoonlijke links gaan nu de deur uit."
EXTENDED = "De nieuwe sluitdatum staat vast."


def test_after_a_step_the_office_reads_what_was_done(member: Visitor, house: House) -> None:
    made = house.draft()
    place = f"/bureau/metingen/{made.id}"
    assert OPENED not in member.open(place).said()
    form = next(form for form in member.open(place).forms if form.action.endswith("/openen"))
    assert OPENED in member.send(form).said()
    assert OPENED not in member.open(place).said()


def test_what_is_not_true_is_not_said(member: Visitor, house: House) -> None:
    made = house.closed()
    for word in ("geopend", "verlengd", "vrijgegeven", "<b>", ""):
        said = member.open(f"/bureau/metingen/{made.id}?gedaan={word}").said()
        assert OPENED not in said
        assert EXTENDED not in said


def test_letters_greet_and_sign(house: House) -> None:
    made = house.opened()
    with house.work(write=False) as work:
        letter = letters.example(work.own(house.commissioner, made.id), "invitation", "https://rolvast.example")
    assert letter.text.startswith("(English below)\n\nGoedendag,\n\n")
    assert f"Met vriendelijke groet,\n{made.office_name}" in letter.text
    assert f"Kind regards,\n{made.office_name}" in letter.text
