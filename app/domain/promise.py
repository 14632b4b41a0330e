"""Owns what people are told, before they begin, of what becomes of their answers (scoring.md §7, §8 and §10)."""

from collections.abc import Collection

from app.domain.constellation import Constellation, Party
from app.domain.parameters import Parameters
from app.domain.text import Text


def confidentiality(party: Party, params: Parameters, judges: Collection[str]) -> tuple[Text, ...]:
    """All that is promised to whoever answers for this party, and what cannot be.

    `judges`: the parties that the commissioner assigned to this person.
    """
    told = (
        by_name(party) if party.attributed else None,
        who_sees_what(party, params),
        what_cannot_be_ruled_out(party),
        where_assigned(party, judges),
    )
    return tuple(text for text in told if text)


def by_name(party: Party) -> Text:
    """What it means to answer for a party whose answers appear under its own name."""
    return Text(
        "{party} is te klein om vertrouwelijk te antwoorden. Uw antwoorden verschijnen daarom als standpunt van "
        "{party}, voor iedereen die het rapport leest. Ook wat groepen van andere partijen over {party} vinden, wordt "
        "dan getoond.",
        "{party} is too small to answer confidentially. So your answers appear as the position of {party}, for "
        "everyone who reads the report. What groups of other parties think of {party} is then shown too.",
    ).fill(party=party.name)


def who_sees_what(party: Party, params: Parameters) -> Text:
    if party.attributed:
        return Text(
            "Uw antwoorden staan onder de naam van {party} in het rapport. Alle partijen krijgen dat rapport op "
            "hetzelfde moment.",
            "Your answers stand under the name of {party} in the report. All parties receive that report at the same "
            "moment.",
        ).fill(party=party.name)
    return Text(
        "Uw antwoorden zijn vertrouwelijk. Niemand van uw organisatie of het bureau ziet wat u aankruist. Wat u in "
        "eigen woorden schrijft, leest iemand van het bureau na, zonder uw naam of partij, voordat het in het rapport "
        "kan komen. Het rapport toont alleen cijfers over groepen waarvan minstens {n} mensen antwoordden: uw partij, "
        "of uw partij samen met andere in dezelfde rol. Het bureau en de partijen zien niet wie wel en wie niet "
        "antwoordde.",
        "Your answers are confidential. Nobody of your organisation or the office sees what you tick. What you write "
        "in your own words is read by somebody of the office, without your name or party, before it can come into the "
        "report. The report shows only figures about groups of which at least {n} people answered: your party, or your "
        "party together with others in the same role. The office and the parties do not see who answered and who did "
        "not.",
    ).fill(n=params.k_party)


def what_cannot_be_ruled_out(party: Party) -> Text:
    if party.attributed:
        return Text(
            "Omdat u op naam antwoordt, zijn uw antwoorden herleidbaar tot uw partij. Dat is de bedoeling.",
            "As you answer by name, your answers can be traced to your party. That is intended.",
        )
    return Text(
        "Als bijna iedereen in uw groep hetzelfde antwoordt, is dat aan het gemiddelde te zien. Antwoordt iedereen van "
        "uw partij, dan kan ook dat uit het rapport blijken. Collega's die samen vertellen wat ze invulden, kunnen de "
        "rest schatten. De beheerder van het systeem kan bij de opgeslagen antwoorden. Zolang u niet hebt verstuurd, "
        "staan ze bij uw uitnodiging, met uw naam. Na het versturen bewaren wij ze los van uw naam. Tot het sluiten "
        "kan de beheerder zien of u hebt verstuurd, en in een reservekopie van voor die tijd nog zo lang als die wordt "
        "bewaard.",
        "If nearly everyone in your group gives the same answer, the mean shows it. If everybody of your party "
        "answers, the report may show that too. Colleagues who tell each other what they filled in can estimate the "
        "rest. The operator of the system can reach the stored answers. Until you send, they are kept with your "
        "invitation, with your name. After sending we keep them apart from your name. Until closing the operator can "
        "see whether you have sent, and in a backup from before for as long as that is kept.",
    )


def where_assigned(party: Party, judges: Collection[str]) -> Text | None:
    """What it means that the commissioner assigned the parties `judges`; None where that means nothing.

    Whoever chooses four people for one cell, and other fours for others, sees in what is shown who did not send.
    """
    return None if party.attributed or not judges else _ASSIGNED


_ASSIGNED = Text(
    "Het bureau koos over welke partijen u antwoordt. Koos het over een partij maar weinig mensen, dan kan uit het "
    "rapport blijken wie van hen antwoordde en wie niet. Wat u aankruist, blijft vertrouwelijk.",
    "The office chose about which parties you answer. If it chose only few people for a party, the report may show who "
    "of them answered and who did not. What you tick stays confidential.",
)


def stays_hidden(party: Party, constellation: Constellation, params: Parameters) -> Text | None:
    """What it means that too few people are invited for this party to be shown; None where there are enough."""
    if party.attributed or party.invited >= params.k_party:
        return None
    how_many = _ALONE if party.invited == 1 else _FEW
    could_be_pooled = any(
        other.key != party.key and not other.attributed for other in constellation.in_role(party.role)
    )
    return Text("{how_many} {then}", "{how_many} {then}").fill(
        how_many=how_many.fill(party=party.name, n=party.invited, k=params.k_party),
        then=_PERHAPS_POOLED if could_be_pooled else _NOWHERE,
    )


_ALONE = Text(
    "Voor {party} bent alleen u uitgenodigd; een partij wordt pas getoond als minstens {k} mensen antwoorden.",
    "You are the only one who was invited for {party}; a party is shown only if at least {k} people answer.",
)
_FEW = Text(
    "Voor {party} zijn {n} mensen uitgenodigd; een partij wordt pas getoond als minstens {k} mensen antwoorden.",
    "{n} people were invited for {party}; a party is shown only if at least {k} people answer.",
)
_NOWHERE = Text(
    "Komt er niemand bij, dan komt niets van wat u invult in het rapport.",
    "If nobody is added, nothing of what you fill in comes into the report.",
)
_PERHAPS_POOLED = Text(
    "Komt er niemand bij, dan staat uw partij niet apart in het rapport. Wat u aankruist, telt alleen mee als nog een "
    "partij in uw rol verborgen blijft en u samen met genoeg mensen bent: dan toont het rapport één gemiddelde van die "
    "partijen samen. Wat u in eigen woorden schrijft, komt niet in het rapport.",
    "If nobody is added, your party does not stand in the report by itself. What you tick counts only if another "
    "party in your role stays hidden too and together you are enough people: then the report shows one mean of those "
    "parties together. What you write in your own words does not come into the report.",
)
