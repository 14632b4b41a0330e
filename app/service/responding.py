"""Owns responding: from a personal link to answers that were sent, and back again with the receipt code."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from app.domain.answers import Answers, Value, pack, read_comments, read_ratings, require_something
from app.domain.assessment import Assessment
from app.domain.constellation import Constellation, Party, Questionnaire
from app.domain.problems import (
    AlreadySubmitted,
    Fault,
    InvalidInput,
    StatementNotConfirmed,
    UnknownLink,
    WrongReceipt,
    WrongState,
    fault,
)
from app.domain.text import Text
from app.service.tokens import plain_receipt, receipt_hashes, stored, written_receipt
from app.service.work import Work
from app.store.behind import Draft, Invitation
from app.store.links import SentComment, Submission

V = TypeVar("V")


@dataclass(frozen=True)
class Respondent:
    """One person with one link, and everything that this person's pages show."""

    invitation: Invitation
    assessment: Assessment
    constellation: Constellation
    party: Party
    draft: Draft

    @cached_property
    def choices(self) -> dict[str, tuple[Party, ...]]:
        """Per role the parties among which this person says whom they know.

        Not where the commissioner assigned parties of that role; empty when there is nothing to choose.
        """
        return self.constellation.choices_left(self.party, self.invitation.judges)

    @property
    def must_choose(self) -> bool:
        return bool(self.choices) and not self.draft.chosen

    @cached_property
    def judged(self) -> frozenset[str]:
        """The parties that this person judges, as far as known now."""
        open_to_choice = {party.key for parties in self.choices.values() for party in parties}
        wanted = self.invitation.judges | (self.draft.answers.judged & open_to_choice)
        return self.constellation.judged_or_faults(self.party, wanted, "judged")[0]

    @cached_property
    def questionnaire(self) -> Questionnaire:
        return self.constellation.questionnaire(self.party, self.judged)

    @cached_property
    def answers(self) -> Answers:
        """What was filled in, as far as this person's questionnaire asks it now."""
        questionnaire = self.questionnaire
        kept = self.draft.answers
        return Answers(
            self.judged,
            _asked(kept.ratings, questionnaire.rating_keys),
            _asked(kept.comments, questionnaire.comment_keys),
        )

    def require_able_to_answer(self, work: Work) -> None:
        """Answers may be given now; else the Problem that says why not."""
        self.assessment.require_open(work.now)
        if self.invitation.sent:
            raise AlreadySubmitted
        if self.party.attributed and not self.invitation.statement_confirmed:
            raise StatementNotConfirmed


def _asked(kept: Mapping[str, V], keys: frozenset[str]) -> Mapping[str, V]:
    """Of what was kept, that with these keys: mostly all of it."""
    return kept if kept.keys() <= keys else {key: value for key, value in kept.items() if key in keys}


def respondent(work: Work, token: str | None, *, to_write: bool = False, counted: bool = False) -> Respondent:
    """Who holds this link.

    `to_write`: the assessment cannot close, and nobody else writes with this link, until this transaction ends.
    `counted`: the parties know how many people were invited.
    """
    found = work.store.links.behind(stored(token), lock=to_write, counted=counted) if token else None
    if found is None:
        raise UnknownLink
    constellation = work.constellation_of(found.assessment)
    party = constellation.party(found.invitation.party)
    draft = found.draft or Draft(Answers(), chosen=False)
    return Respondent(found.invitation, found.assessment, constellation, party, draft)


def confirm_statement(work: Work, token: str | None) -> None:
    """The person who answers for a party confirms that its holders know and agree (scoring.md §8)."""
    who = respondent(work, token, to_write=True)
    who.assessment.require_open(work.now)
    if not who.party.attributed:
        raise WrongState(
            Text("Deze partij antwoordt vertrouwelijk, als groep.", "This party answers confidentially, as a group.")
        )
    work.store.links.confirm_statement(who.invitation.id)


def choose(work: Work, token: str | None, chosen: Collection[str]) -> Respondent:
    """Say whom one knows, at most three per role. What was filled in about others stays in the draft."""
    who = respondent(work, token, to_write=True)
    who.require_able_to_answer(work)
    if not who.choices:
        raise WrongState(
            Text(
                "Het bureau heeft al aangewezen over wie u antwoordt.",
                "The office has already assigned whom you answer about.",
            )
        )
    judged, faults = who.constellation.judged_or_faults(who.party, chosen, "judged")
    if faults:
        raise InvalidInput(faults)
    draft = Draft(replace(who.draft.answers, judged=judged), chosen=True)
    work.store.links.save_draft(who.invitation.id, draft)
    return replace(who, draft=draft)


def save(
    work: Work,
    token: str | None,
    ratings: Mapping[str, object],
    comments: Mapping[str, object],
    moment: tuple[str, int] = ("", 0),
) -> Respondent:
    """Save a part of the answers: what is given replaces what was there, an empty answer clears it.

    `moment`: (page, sequence) of a saving; one that comes in after a later one of the same open page changes nothing.
    """
    who = respondent(work, token, to_write=True)
    who.require_able_to_answer(work)
    page, sequence = moment
    if page and page == who.draft.page and sequence < who.draft.sequence:
        return who
    questionnaire = who.questionnaire
    faults: list[Fault] = []
    fresh_ratings: dict[str, Value] = {}
    fresh_comments: dict[str, str] = {}
    try:
        fresh_ratings = read_ratings(ratings, questionnaire, who.constellation.instrument.scale.steps)
    except InvalidInput as invalid:
        faults += invalid.faults
    try:
        fresh_comments = read_comments(comments, questionnaire)
    except InvalidInput as invalid:
        faults += invalid.faults
    if faults:
        raise InvalidInput(faults)
    kept = who.draft.answers
    answers = Answers(
        kept.judged,
        {key: value for key, value in kept.ratings.items() if key not in ratings} | fresh_ratings,
        {key: words for key, words in kept.comments.items() if key not in comments} | fresh_comments,
    )
    draft = Draft(answers, who.draft.chosen, page, sequence)
    work.store.links.save_draft(who.invitation.id, draft)
    return replace(who, draft=draft)


def save_what_fits(
    work: Work,
    token: str | None,
    ratings: Mapping[str, object],
    comments: Mapping[str, object],
    moment: tuple[str, int] = ("", 0),
) -> tuple[Respondent, tuple[Fault, ...]]:
    """The same, but what cannot be used stays as it was and keeps the rest from nothing; with every fault in it."""
    try:
        return save(work, token, ratings, comments, moment), ()
    except InvalidInput as invalid:
        unfit = {found.where for found in invalid.faults}
        fitting_ratings = {key: given for key, given in ratings.items() if f"ratings.{key}" not in unfit}
        fitting_comments = {key: given for key, given in comments.items() if f"comments.{key}" not in unfit}
        return save(work, token, fitting_ratings, fitting_comments, moment), invalid.faults


def submit(work: Work, token: str | None, receipt_code: str) -> str:
    """Send the draft, once; gives the receipt code as it is written.

    The same link with the same code gives the same receipt, so a lost reply costs nothing.
    """
    who = respondent(work, token, to_write=True)
    code = _code(receipt_code)
    receipt_hash, author_hash = receipt_hashes(who.invitation.id, code)
    # Closing takes from the invitations who had sent, so from then on only the receipt tells.
    may_have_sent = who.invitation.sent or not who.assessment.accepts_answers(work.now)
    if may_have_sent and work.store.links.has_submission(who.assessment.id, receipt_hash):
        return written_receipt(code)
    who.require_able_to_answer(work)
    _require_choice(who)
    answers = who.answers
    require_something(answers)
    packed = pack(who.constellation.sheet(who.party), answers.ratings, answers.judged)
    submission = Submission(
        work.chance(),
        who.assessment.id,
        who.party.key,
        receipt_hash,
        packed,
        [SentComment(work.chance(), author_hash, place, words) for place, words in answers.comments.items()],
    )
    if not work.store.links.send(who.invitation.id, submission):
        raise AlreadySubmitted
    return written_receipt(code)


def _require_choice(who: Respondent) -> None:
    """Whom somebody knows is for that person to say, also that it is nobody: it cannot be left out."""
    if who.must_choose:
        raise InvalidInput(
            [
                fault(
                    "judged",
                    "Zeg eerst over wie u antwoordt: geef bij de antwoorden 'judged' mee, met de sleutels van de "
                    "partijen die u kent. Kent u er geen, geef dan een lege lijst.",
                    "First say whom you answer about: give 'judged' with the answers, with the keys of the parties "
                    "that you know. If you know none, give an empty list.",
                )
            ]
        )


def withdraw(work: Work, token: str | None, receipt_code: str) -> None:
    """Take back what was sent, with the link and its receipt code, and let this person answer anew."""
    who = respondent(work, token, to_write=True)
    who.assessment.require_open(work.now)
    plain = plain_receipt(receipt_code)
    if plain is None or not who.invitation.sent:
        raise WrongReceipt
    receipt_hash, author_hash = receipt_hashes(who.invitation.id, plain)
    if not work.store.links.has_submission(who.assessment.id, receipt_hash):
        raise WrongReceipt
    work.store.links.withdraw(who.invitation.id, who.assessment.id, receipt_hash, author_hash)


def _code(receipt_code: str) -> str:
    plain = plain_receipt(receipt_code)
    if plain is None:
        raise InvalidInput(
            [
                fault(
                    "receiptCode",
                    "Dit is geen ontvangstcode. Gebruik de code die bij de vragenlijst hoort.",
                    "This is not a receipt code. Use the code that came with the questionnaire.",
                )
            ]
        )
    return plain
