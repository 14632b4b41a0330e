"""Owns every expected refusal, in words. Knows nothing of HTTP: the web gives each class its status."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from app.domain.text import Text, same


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with input: where it stands, what is wrong and what would be right."""

    where: str
    message: Text


class Problem(Exception):
    """An expected refusal. `code` is stable: programs may build on it."""

    code: ClassVar[str]
    message: Text

    def __init__(self, message: Text) -> None:
        super().__init__(f"{self.code}: {message.en}")
        self.message = message


class InvalidInput(Problem):
    """Input that cannot be used; carries every fault at once."""

    code = "invalid_input"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(
            Text("Er is één fout gevonden.", "One fault was found.")
            if count == 1
            else Text("Er zijn {n} fouten gevonden.", "{n} faults were found.").fill(n=count)
        )

    def __str__(self) -> str:
        return "; ".join(f"{fault.where}: {fault.message.en}" for fault in self.faults)


class NotFound(Problem):
    """It does not exist, or it is not yours: the reply is the same."""

    code = "not_found"

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(message or Text("Dit bestaat niet (meer).", "This does not exist (any more)."))


class NotSignedIn(Problem):
    """Nobody known is asking: no session, key or link came along, or it is no longer valid."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Wij weten niet (meer) wie u bent: er is geen geldige link, sessie of sleutel meegekomen.",
                "We do not know (any more) who you are: no valid link, session or key came along.",
            )
        )


class NotAllowed(Problem):
    """Known, but this is not part of what this person or key may do."""

    code = "not_allowed"


class UnknownLink(Problem):
    """A personal link that was never given out, or was withdrawn, or has expired."""

    code = "unknown_link"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze link werkt niet (meer). Misschien is hij niet helemaal meegekomen, of is hij vervangen.",
                "This link does not work (any more). Perhaps it was cut off, or it was replaced.",
            )
        )


class WrongState(Problem):
    """The assessment is not in the state that this step needs."""

    code = "wrong_state"


class AssessmentClosed(Problem):
    """The time for answering is over (or has not begun). `contact`: (name, address) of whom to ask."""

    code = "assessment_closed"

    def __init__(self, message: Text, contact: tuple[str, str] = ("", "")) -> None:
        super().__init__(message)
        self.contact = contact


class AlreadySubmitted(Problem):
    """This invitation's answers were sent before, with another receipt code."""

    code = "already_submitted"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze vragenlijst is al verstuurd. Wilt u iets veranderen? Open dan uw persoonlijke link; daar trekt u "
                "de antwoorden in met uw ontvangstcode.",
                "This questionnaire was already sent. Do you want to change something? Then open your personal link; "
                "there you withdraw the answers with your receipt code.",
            )
        )


class WrongReceipt(Problem):
    """The receipt code belongs to no answers of this assessment, or this invitation has sent none."""

    code = "wrong_receipt"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze ontvangstcode hoort niet bij verstuurde antwoorden van deze link. Kijk de code na.",
                "This receipt code does not belong to answers sent with this link. Please check the code.",
            )
        )


class StatementNotConfirmed(Problem):
    """An attributed statement needs its confirmation before any answer (scoring.md §8)."""

    code = "statement_not_confirmed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze antwoorden verschijnen onder de naam van uw partij. Bevestig eerst dat iedereen die deze rol "
                "vervult dit weet en ermee instemt.",
                "These answers appear under the name of your party. First confirm that everyone who holds this role "
                "knows this and agrees.",
            )
        )


class OtherQuestionnaire(Problem):
    """A form of one invitation came in with the session of another: two links in one browser."""

    code = "other_questionnaire"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "In deze browser staat nu een andere vragenlijst open. Open uw eigen link opnieuw; wat u bewaarde, "
                "staat er nog.",
                "Another questionnaire is now open in this browser. Open your own link again; what you saved is "
                "still there.",
            )
        )


class NotReleased(Problem):
    """Figures exist only for all parties at once: before release nobody sees any."""

    code = "not_released"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "De uitkomsten zijn nog niet vrijgegeven. Alle partijen krijgen ze op hetzelfde moment.",
                "The results have not been released yet. All parties receive them at the same moment.",
            )
        )


class Erased(Problem):
    """The figures were there, and went with everything else at the end of their time or before."""

    code = "erased"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Alles van deze meting is gewist, ook het rapport. Alleen wat in het logboek staat, is er nog.",
                "Everything of this assessment was erased, the report too. Only what stands in the trail is left.",
            )
        )


class TablesNotUpToDate(Problem):
    """The database is of another version than the service: its migrations have not run yet."""

    code = "tables_not_up_to_date"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze dienst wordt bijgewerkt. Wat al bewaard was, is er nog; probeer het over een paar minuten "
                "opnieuw.",
                "This service is being updated. What was saved is still there; please try again in a few minutes.",
            )
        )


class Busy(Problem):
    """The database cannot be reached or is locked; asking again later is right."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "De opslag is even niet bereikbaar. Wat al bewaard was, is er nog; probeer het over een minuut "
                "opnieuw.",
                "Storage cannot be reached for a moment. What was saved is still there; please try again in a minute.",
            )
        )


class TooManyRequests(Problem):
    """Somebody comes too often. `wait`: seconds after which there is room again."""

    code = "too_many_requests"

    def __init__(self, wait: float = 1) -> None:
        self.wait = max(1, math.ceil(wait))
        again = Text("een minuut", "a minute")
        if self.wait > 60:
            again = Text("{n} minuten", "{n} minutes").fill(n=math.ceil(self.wait / 60))
        super().__init__(
            Text(
                "Dit ging te vaak achter elkaar. Probeer het over {again} opnieuw; wat al bewaard was, is er nog.",
                "This came too often in a row. Please try again in {again}; what was saved is still there.",
            ).fill(again=again)
        )


class ChangedMeanwhile(Problem):
    """Somebody else changed it since the asker last read it."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Iemand anders heeft dit intussen veranderd. Haal het opnieuw op, en verander het dan.",
                "Somebody else changed this meanwhile. Read it again, and then change it.",
            )
        )


class KeyUsedBefore(Problem):
    """The same Idempotency-Key came with another request than before."""

    code = "idempotency_key_used_before"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze Idempotency-Key is al gebruikt voor een ander verzoek. Kies voor elk nieuw verzoek een nieuwe.",
                "This Idempotency-Key was used before for another request. Choose a new one for every new request.",
            )
        )


class NotAcceptable(Problem):
    """It exists in none of the forms that were asked for. `offered`: media types."""

    code = "not_acceptable"

    def __init__(self, offered: Iterable[str]) -> None:
        forms = ", ".join(offered)
        super().__init__(
            Text("Dit is er alleen als: {forms}.", "This is available only as: {forms}.").fill(forms=forms)
        )


class UnsupportedForm(Problem):
    """What came in is in a form that is not read here. `read`: the media type that is."""

    code = "unsupported_media_type"

    def __init__(self, read: str) -> None:
        self.read = read
        super().__init__(Text("Stuur dit als {read}, in UTF-8.", "Send this as {read}, in UTF-8.").fill(read=read))


class SignInRefused(Problem):
    """The identity provider sent somebody back, and that does not sign them in here."""

    code = "sign_in_refused"

    CANCELLED: ClassVar[Text] = Text(
        "Het inloggen bij uw organisatie is afgebroken, of uw organisatie staat het niet toe.",
        "Signing in at your organisation was broken off, or your organisation does not allow it.",
    )
    OVER: ClassVar[Text] = Text(
        "Deze poging om in te loggen is voorbij, of begon in een andere browser.",
        "This attempt to sign in is over, or began in another browser.",
    )
    NOT_BELIEVED: ClassVar[Text] = Text(
        "Wij konden het antwoord van uw organisatie niet vertrouwen, en hebben u daarom niet ingelogd.",
        "We could not trust the answer of your organisation, and therefore did not sign you in.",
    )
    NO_ADDRESS: ClassVar[Text] = Text(
        "Uw organisatie gaf ons geen e-mailadres waarvan zij weet dat het van u is.",
        "Your organisation gave us no email address that it knows to be yours.",
    )
    NO_MEMBER: ClassVar[Text] = Text(
        "Uw organisatie kent u, maar met uw e-mailadres kunt u hier niet verder. Vraag het bureau dat de metingen "
        "doet om u toe te voegen.",
        "Your organisation knows you, but with your email address you cannot go on here. Ask the office that runs "
        "the assessments to add you.",
    )


class ProviderOutOfReach(Problem):
    """The identity provider does not answer, or not in a way that can be used."""

    code = "identity_provider_out_of_reach"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Inloggen met de account van uw organisatie lukt op dit moment niet: de inlogdienst antwoordt niet "
                "goed.",
                "Signing in with your organisation's account does not work at the moment: its sign-in service does "
                "not answer well.",
            )
        )


class UntrustedForm(Problem):
    """A form that did not come from our own page, or from a page that is too old."""

    code = "untrusted_form"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Deze pagina is verlopen, of het formulier kwam niet van onze eigen site. Open de pagina opnieuw en "
                "probeer het nog eens.",
                "This page has expired, or the form did not come from our own site. Open the page again and try "
                "once more.",
            )
        )


def collect(*faults: Fault | None) -> list[Fault]:
    return [fault for fault in faults if fault is not None]


def fault(where: str, nl: str, en: str, **values: str | int | Text) -> Fault:
    """A fault with the same values filled into both languages."""
    return Fault(where, Text(nl, en).fill(**values) if values else Text(nl, en))


def plain(where: str, words: str) -> Fault:
    """A fault whose words are technical and the same in both languages (instrument files, reference mode)."""
    return Fault(where, same(words))
