"""The page of an office about what it has told to other systems."""

from fastapi import APIRouter, Request, Response

from app.domain.problems import Fault, InvalidInput
from app.domain.text import Text
from app.domain.webhooks import EVENTS, origin_of
from app.service import reporting, webhooks
from app.service.work import Work
from app.web.done import in_words, on_to
from app.web.entry import desk_of, member, work_for
from app.web.rendering import render
from app.web.security import OurForm

router = APIRouter(prefix="/bureau/webhooks", include_in_schema=False)

#: The page goes back so many messages for each address; the API goes back to the first.
SHOWN = 10
STATES: dict[str, Text] = {
    "waiting": Text("wacht", "waiting"),
    "delivered": Text("aangekomen", "arrived"),
    "failed": Text("niet aangekomen", "did not arrive"),
}
DONE: dict[str, Text] = {
    "weggehaald": Text("Wij melden niets meer aan dit adres.", "We tell this address nothing any more."),
    "opnieuw": Text("Het bericht gaat nu opnieuw uit.", "The message is leaving again now."),
}
OUTCOMES: dict[str, Text] = {
    "": Text("nog niet geprobeerd", "not tried yet"),
    "timeout": Text("het andere systeem antwoordt te langzaam", "the other system answers too slowly"),
    "unknown_host": Text("deze naam is onbekend op het internet", "this name is unknown on the internet"),
    "address_refused": Text("dit adres ligt in een besloten netwerk", "this address lies in a private network"),
    "no_connection": Text("geen verbinding mogelijk", "no connection possible"),
    "no_answer": Text("geen leesbaar antwoord", "no readable answer"),
}


def _outcome_in_words(outcome: str) -> Text:
    """How a try went: a status of HTTP, or what stood in the way."""
    status = outcome.removeprefix("http_")
    return OUTCOMES.get(outcome, Text("antwoord {status}", "answer {status}").fill(status=status))


@router.get("")
def show(request: Request) -> Response:
    with work_for(request) as work:
        return _show(request, work)


def _show(
    request: Request,
    work: Work,
    *,
    given: dict[str, str] | None = None,
    fresh_secret: str = "",
    faults: tuple[Fault, ...] = (),
    status: int = 200,
) -> Response:
    actor = member(request, work)
    found = [
        (
            webhook,
            webhook.url if actor.may_write else origin_of(webhook.url),
            webhooks.deliveries(work, actor, webhook.id, None, SHOWN),
        )
        for webhook in webhooks.webhooks(work, actor)
    ]
    return render(
        request,
        "office/webhooks.html",
        status,
        found=found,
        titles=reporting.titles(work, actor),
        event_names=EVENTS,
        states=STATES,
        in_words=_outcome_in_words,
        actor=actor,
        given=given or {},
        fresh_secret=fresh_secret,
        faults=faults,
        done=in_words(request, DONE, unless=faults or fresh_secret),
    )


@router.post("")
def add(request: Request, form: OurForm) -> Response:
    """A new address; its secret is shown this once."""
    url = str(form.get("url", "")).strip()
    chosen = [str(event) for event in form.getlist("events")]
    private = desk_of(request).webhooks_may_reach_private
    with work_for(request, write=True) as work:
        try:
            _, secret = webhooks.add_webhook(work, member(request, work), url, chosen, may_reach_private=private)
        except InvalidInput as invalid:
            return _show(request, work, given={"url": url}, faults=invalid.faults, status=400)
        return _show(request, work, fresh_secret=secret)


@router.post("/weg")
def remove(request: Request, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        webhooks.remove_webhook(work, member(request, work), str(form.get("webhook", "")))
    return on_to("/bureau/webhooks", "weggehaald")


@router.post("/opnieuw")
def send_again(request: Request, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        webhook, delivery = str(form.get("webhook", "")), str(form.get("delivery", ""))
        webhooks.send_again(work, member(request, work), webhook, delivery)
    return on_to("/bureau/webhooks", "opnieuw")
