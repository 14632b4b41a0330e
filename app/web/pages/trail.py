"""The audit trail of an office, for its members: what was done, by whom and when; never what a respondent did."""

from fastapi import APIRouter, Request, Response

from app.domain.text import Text
from app.service import reporting
from app.web.entry import member, work_for
from app.web.rendering import render

router = APIRouter(prefix="/bureau", include_in_schema=False)

ACTIONS: dict[str, Text] = {
    "created": Text("Aangemaakt", "Created"),
    "revised": Text("Gewijzigd", "Changed"),
    "discarded": Text("Concept weggegooid", "Draft thrown away"),
    "people_added": Text("Mensen toegevoegd", "People added"),
    "invited_again": Text("Een uitnodiging opnieuw gestuurd", "An invitation sent once more"),
    "person_removed": Text("Iemand van de lijst gehaald", "Somebody taken off the list"),
    "opened": Text("Geopend", "Opened"),
    "extended": Text("Verlengd", "Extended"),
    "reminded": Text("Herinnering gestuurd aan wie nog niet verstuurde", "Reminder sent to those who had not sent"),
    "archived": Text("Naar het archief", "Archived"),
    "brought_back": Text("Uit het archief gehaald", "Brought back from the archive"),
    "comments_opened": Text(
        "Toelichtingen geopend; verklaarde zelf niet mee te doen", "Comments opened; declared to be no respondent"
    ),
    "comments_released": Text("Toelichtingen vrijgegeven", "Comments released"),
    "erased": Text("Gewist", "Erased"),
    "closed": Text("Gesloten", "Closed"),
    "released": Text("Vrijgegeven", "Released"),
    "conversation_planned": Text("Gesprek gepland", "Conversation planned"),
    "agreements_recorded": Text("Afspraken vastgelegd", "Agreements recorded"),
    "agreement_told": Text("Verteld of een afspraak is nagekomen", "Told whether an agreement was kept"),
    "reflected": Text("Teruggekeken", "Looked back"),
    "answers_exported": Text("Antwoorden geëxporteerd door de beheerder", "Answers exported by the operator"),
    "links_shown": Text(
        "Alle persoonlijke links opgevraagd door de beheerder", "All personal links asked for by the operator"
    ),
    "link_to_sign_in_made": Text("Inloglink gemaakt door de beheerder", "Sign-in link made by the operator"),
    "office_added": Text("Bureau toegevoegd", "Office added"),
    "office_renamed": Text("Bureau kreeg een andere naam", "Office renamed"),
    "member_added": Text("Lid toegevoegd", "Member added"),
    "member_removed": Text("Lid weggehaald", "Member removed"),
    "key_made": Text("Sleutel gemaakt", "Key made"),
    "key_revoked": Text("Sleutel ingetrokken", "Key revoked"),
    "webhook_added": Text("Adres voor berichten toegevoegd", "Address for messages added"),
    "webhook_removed": Text("Adres voor berichten weggehaald", "Address for messages removed"),
    "webhook_sent_again": Text("Bericht opnieuw gestuurd", "Message sent once more"),
    # What was changed, by the names of the API.
    "changed.constellation": Text("naam van de driehoek", "name of the triangle"),
    "changed.title": Text("titel", "title"),
    "changed.labelSet": Text("woorden voor de rollen", "words for the roles"),
    "changed.purpose": Text("doel", "purpose"),
    "changed.legalBasis": Text("grondslag", "legal basis"),
    "changed.contactName": Text("naam van het contact", "name of the contact"),
    "changed.contactEmail": Text("adres van het contact", "address of the contact"),
    "changed.closesDate": Text("sluitdatum", "closing date"),
    "changed.retentionDate": Text("bewaartermijn", "retention date"),
    "changed.parties": Text("partijen", "parties"),
    "changed.params.ambition": Text("ambitie", "ambition"),
    "changed.params.others": Text("rekenregels", "parameters"),
    # Of before the two were told apart.
    "changed.params": Text("ambitie en rekenregels", "ambition and parameters"),
    "changed.letters": Text("brieven", "letters"),
}


@router.get("/logboek")
def show_trail(request: Request) -> Response:
    """What was last done in this office."""
    with work_for(request) as work:
        actor = member(request, work)
        events = reporting.events_of_office(work, actor)
        titles = reporting.titles(work, actor)
    return render(request, "office/trail.html", events=events, actions=ACTIONS, titles=titles)
