"""What a step did is said on the page that follows, and only where it is true."""

from collections.abc import Callable

from app.service import letters
from tests.people import ADMINISTRATOR, House
from tests.web.visitor import Visitor

OPENED = "De meting is open. De brieven met de persoonlijke links gaan nu de deur uit."
EXTENDED = "De nieuwe sluitdatum is bewaard."


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


def test_parties_and_details_that_were_saved_are_told(member: Visitor, house: House) -> None:
    place = f"/bureau/metingen/{house.draft().id}"
    form = member.open(f"{place}/partijen").form("/partijen")
    assert "De partijen zijn bewaard." in member.send(form).said()
    more = member.send(form, {"go": "more"})
    assert more.path.endswith("/partijen")
    assert "De partijen zijn bewaard" in more.said()
    saved = member.send(member.open(f"{place}/gegevens").form("/gegevens"))
    assert "Doel, datums en ambitie zijn bewaard." in saved.said()


def test_what_was_done_to_the_list_is_told_on_a_page_that_can_be_loaded_again(member: Visitor, house: House) -> None:
    made = house.opened()
    place = f"/bureau/metingen/{made.id}/mensen"
    again = member.send(member.open(place).form("/opnieuw"))
    assert again.path == place
    assert "De uitnodiging wordt opnieuw gestuurd." in again.said()
    letters = house.number_of("outbox")
    member.open(again.url)
    assert house.number_of("outbox") == letters, "loading the page again sends nothing"
    gone = member.send(member.open(place).form("/weg"))
    assert gone.path == place
    assert "Deze persoon staat niet meer op de lijst." in gone.said()
    assert "staat niet meer op de lijst" not in member.open(place).said()


def test_what_was_done_to_members_and_keys_is_told(member: Visitor, house: House) -> None:
    page = member.open("/bureau/toegang")
    page = member.send(page.form("/leden"), {"email": "nieuw@bureau.example"})
    assert "De brief met de inloglink gaat nu de deur uit." in page.said()
    form = next(form for form in page.forms if form.action.endswith("/leden/weg"))
    assert "Dit lid is weggehaald." in member.send(form).said()
    member.send(page.form("/sleutels"), {"name": "dashboard"})
    page = member.send(member.open("/bureau/toegang").form("/sleutels/weg"))
    assert "De sleutel werkt niet meer." in page.said()


def test_what_an_administrator_did_is_told(sign_in: Callable[..., Visitor], house: House) -> None:
    admin = sign_in(ADMINISTRATOR)
    page = admin.send(admin.open("/beheer").form("/bureaus"), {"name": "Bureau Nieuw", "email": "een@nieuw.example"})
    assert "Dit bureau staat er." in page.said()
    page = admin.send(page.form("/naam"), {"name": "Bureau Anders"})
    assert "De nieuwe naam is bewaard." in page.said()
    page = admin.send(page.form("/leden"), {"email": "twee@nieuw.example"})
    assert "De brief met de inloglink gaat nu de deur uit." in page.said()
    page = admin.send(page.form("/leden/weg"))
    assert "Dit lid is weggehaald." in page.said()
    house.key("read")
    page = admin.send(admin.open(f"/beheer/bureaus/{house.office}").form("/sleutels/weg"))
    assert "De sleutel werkt niet meer." in page.said()
    page = admin.send(admin.open("/beheer").form("/beheerders"), {"email": "ook@beheer.example"})
    assert "De brief met de inloglink gaat nu de deur uit." in page.said()
    others = [f for f in page.forms if f.action.endswith("/beheerders/weg")]
    page = admin.send(others[0])
    assert "Deze beheerder is weggehaald." in page.said()
    refused = admin.send(page.form("/bureaus"), {"name": "", "email": ""})
    assert refused.status == 400
    assert "Deze beheerder is weggehaald." not in refused.said()


def test_what_was_done_to_webhooks_is_told(member: Visitor, house: House) -> None:
    house.webhook()
    house.opened()
    place = "/bureau/webhooks"
    page = member.send(member.open(place).form("/weg"))
    assert page.path == place
    assert "Wij melden niets meer aan dit adres." in page.said()
    assert "Wij melden niets meer" not in member.open(place).said()


def test_what_was_done_to_practices_is_told(member: Visitor) -> None:
    page = member.open("/bureau/praktijken").form("/praktijken")
    given = {"theme": "driehoek/leren", "title": "Eerst terugkijken", "words": "Zo doen wij het."}
    page = member.send(page, given)
    assert "Dit staat er nu bij." in page.said()
    page = member.send(page.form("/delen"), {"shared": "no"})
    assert "Alleen uw bureau leest dit nog." in page.said()
    page = member.send(page.form("/delen"), {"shared": "yes"})
    assert "Andere bureaus lezen dit vanaf nu ook." in page.said()
    page = member.send(page.form("/weg"))
    assert "Dit is weggegooid." in page.said()


def test_what_was_done_to_comments_is_told(member: Visitor, house: House) -> None:
    made = house.opened()
    for link in house.links(made).values():
        house.send(link, comments={"oq-gesprek": "Vaker om tafel."})
    house.release(house.close(made))
    place = f"/bureau/metingen/{made.id}/toelichtingen"
    page = member.send(member.open(place).form("/inzien"), {"sure": "yes"})
    page = member.send(page.form("/toelichtingen"))
    assert page.path == place
    assert "Uw keuze is bewaard." in page.said()


def test_letters_greet_and_sign(house: House) -> None:
    made = house.opened()
    with house.work(write=False) as work:
        letter = letters.example(work.own(house.commissioner, made.id), "invitation", "https://rolvast.example")
    assert letter.text.startswith("(English below)\n\nGoedendag,\n\n")
    assert f"Met vriendelijke groet,\n{made.office_name}" in letter.text
    assert f"Kind regards,\n{made.office_name}" in letter.text
