"""Every page that anyone can come to, in each of its states.

`tests/contract/test_places.py` holds this list against the routes and the problems: a page that is missing here fails.
"""

from app.web.entry import RESPONDENT_COOKIE
from tests.browser.places_after import AFTER
from tests.browser.steps import (
    Place,
    answer,
    arrive,
    begin,
    change,
    fault,
    fill,
    hold,
    hub,
    meanwhile,
    page,
    press,
    refusal,
    send,
    stay_here,
    tick,
    to,
)
from tests.browser.world import NEVER_GIVEN
from tests.people import ADMINISTRATOR, COMMISSIONER, STRANGER, VIEWER

B, M, I = "/bureau", "/bureau/metingen/{identifier}", "/invullen"  # noqa: E741 - as the routes begin
Q = I + "/vragen/{number}"
ADDRESS, HOOKS = "https://systeem.example/meldingen", "/bureau/webhooks"
#: The last button of a page of the questionnaire.
NEXT = "button[name=go][value=next]"

#: The two ways in.
AWAY, BY_MAIL = "form[action='/inloggen/organisatie'] button", "form[action='/inloggen'] button"

FRONT = (
    page("home", "/", to("/")),
    page("accessibility", "/toegankelijkheid", to("/toegankelijkheid")),
    page("mail on this machine", "/post", to("/post")),
    page("documentation of the API", "/api/v1/docs", to("/api/v1/docs")),
    page("sign in", "/inloggen", to("/inloggen")),
    answer("sign-in link asked", "/inloggen", to("/inloggen"), fill({"[name=email]": COMMISSIONER}), press(BY_MAIL)),
    answer(
        "on the way to the organisation",
        "/inloggen/organisatie",
        stay_here("**/sign-in?*"),
        to("/inloggen"),
        press(AWAY),
    ),
    page(
        "choice of an office",
        "/inloggen/terug",
        meanwhile(lambda world: world.belong_to_two_offices()),
        to("/inloggen"),
        press(AWAY),
        arrive("**/inloggen/terug?*"),
    ),
    refusal(403, "sign_in_refused", "/inloggen/terug", to("/inloggen/terug")),
    refusal(
        503,
        "identity_provider_out_of_reach",
        "/inloggen/organisatie",
        to(lambda world: f"{world.out_of_reach}/inloggen"),
        press(AWAY),
        method="POST",
    ),
    page("sign-in link", "/inloggen/{token}", to(lambda world: f"/inloggen/{world.house.sign_in_link()}")),
    refusal(404, "unknown_link", "/inloggen/{token}", to(f"/inloggen/{NEVER_GIVEN}")),
    refusal(
        404,
        "unknown_link",
        "/inloggen/{token}",
        to(lambda world: f"/inloggen/{world.house.sign_in_link()}"),
        meanwhile(lambda world: world.use_up_sign_in_links()),
        press("main form button"),
        method="POST",
    ),
    refusal(404, "not_found", "", to("/verzonnen")),
    refusal(405, "method_not_allowed", "/uitloggen", to("/uitloggen")),
    refusal(503, "busy", "/inloggen/{token}", to(lambda world: f"{world.out_of_reach}/inloggen/{NEVER_GIVEN}")),
    refusal(
        400,
        "invalid_input",
        "/inloggen",
        to("/inloggen"),
        change("form[action='/inloggen'] [name=form_token]", "\0"),
        press(BY_MAIL),
        method="POST",
    ),
)

OFFICE = (
    refusal(401, "not_signed_in", B, to(B)),
    page("overview", B, to(B), who=COMMISSIONER),
    page("overview with nothing yet", B, to(B), who=STRANGER),
    page("overview of a viewer", B, to(B), who=VIEWER),
    page("access", f"{B}/toegang", to(f"{B}/toegang"), who=COMMISSIONER),
    page("access of a viewer", f"{B}/toegang", to(f"{B}/toegang"), who=VIEWER),
    answer(
        "fresh key",
        f"{B}/toegang/sleutels",
        to(f"{B}/toegang"),
        fill({"#f-name": "Dashboard"}),
        send("/sleutels"),
        who=COMMISSIONER,
    ),
    fault("key without a name", f"{B}/toegang/sleutels", to(f"{B}/toegang"), send("/sleutels"), who=COMMISSIONER),
    fault("colleague without an address", f"{B}/toegang/leden", to(f"{B}/toegang"), send("/leden"), who=COMMISSIONER),
    page("messages", f"{B}/webhooks", to(f"{B}/webhooks"), who=COMMISSIONER),
    page("messages of a viewer", f"{B}/webhooks", to(f"{B}/webhooks"), who=VIEWER),
    answer(
        "fresh address", f"{B}/webhooks", to(f"{B}/webhooks"), fill({"#f-url": ADDRESS}), send(HOOKS), who=COMMISSIONER
    ),
    fault("messages to nowhere", f"{B}/webhooks", to(f"{B}/webhooks"), send(HOOKS), who=COMMISSIONER),
    page("new assessment", f"{B}/metingen/nieuw", to(f"{B}/metingen/nieuw"), who=COMMISSIONER),
    fault(
        "new assessment without a name",
        f"{B}/metingen/nieuw",
        to(f"{B}/metingen/nieuw"),
        press("main form button"),
        who=COMMISSIONER,
    ),
    refusal(
        403,
        "not_allowed",
        f"{B}/metingen/nieuw",
        to(f"{B}/metingen/nieuw"),
        fill({"#f-constellation": "Nieuw"}),
        press("main form button"),
        who=VIEWER,
        method="POST",
    ),
    refusal(
        403,
        "untrusted_form",
        f"{B}/metingen/nieuw",
        to(f"{B}/metingen/nieuw"),
        change("main [name=form_token]", "from an earlier session"),
        press("main form button"),
        who=COMMISSIONER,
        method="POST",
    ),
)

ADMINISTRATION = (
    page("offices", "/beheer", to("/beheer"), who=ADMINISTRATOR),
    page("one office", "/beheer/bureaus/{office}", to(lambda world: world.at_administration()), who=ADMINISTRATOR),
    fault("office without a name", "/beheer/bureaus", to("/beheer"), send("/bureaus"), who=ADMINISTRATOR),
    fault(
        "administrator without an address",
        "/beheer/beheerders",
        to("/beheer"),
        send("/beheerders"),
        who=ADMINISTRATOR,
    ),
    fault(
        "member of an office without an address",
        "/beheer/bureaus/{office}/leden",
        to(lambda world: world.at_administration()),
        send("/leden"),
        who=ADMINISTRATOR,
    ),
    fault(
        "office renamed to nothing",
        "/beheer/bureaus/{office}/naam",
        to(lambda world: world.at_administration()),
        fill({"#f-name": ""}),
        send("/naam"),
        who=ADMINISTRATOR,
    ),
    page("log of the office", f"{B}/logboek", to(f"{B}/logboek"), who=COMMISSIONER),
)

SETTING_UP = (
    page("draft", M, hub("draft"), who=COMMISSIONER),
    page("draft with nothing in it", M, hub("empty"), who=COMMISSIONER),
    page("draft of a viewer", M, hub("draft"), who=VIEWER),
    page("parties", f"{M}/partijen", hub("draft", "/partijen"), who=COMMISSIONER),
    page("parties, none yet", f"{M}/partijen", hub("empty", "/partijen"), who=COMMISSIONER),
    fault(
        "parties with faults",
        f"{M}/partijen",
        hub("draft", "/partijen"),
        change("[name=key]", "geen sleutel!"),
        press("main form button:not([name])"),
        who=COMMISSIONER,
    ),
    page("details", f"{M}/gegevens", hub("draft", "/gegevens"), who=COMMISSIONER),
    fault(
        "details with faults",
        f"{M}/gegevens",
        hub("draft", "/gegevens"),
        fill({"#f-constellation": "", "#f-contact_email": "geen adres", "#f-closes_on": ""}),
        change("#f-ambition-rolvastheid", "veel"),
        send(),
        who=COMMISSIONER,
    ),
    page("people", f"{M}/mensen", hub("draft", "/mensen"), who=COMMISSIONER),
    page("people, none yet", f"{M}/mensen", hub("empty", "/mensen"), who=COMMISSIONER),
    page("people of an open assessment", f"{M}/mensen", hub("open", "/mensen"), who=COMMISSIONER),
    page("people of a closed assessment", f"{M}/mensen", hub("closed", "/mensen"), who=COMMISSIONER),
    answer(
        "people added",
        f"{M}/mensen",
        hub("draft", "/mensen"),
        fill({"#f-people": "nieuw@ministerie.example;Nieuw;natuur\nnieuw@ministerie.example;Nieuw;natuur"}),
        press("main form:has(textarea) button"),
        who=COMMISSIONER,
    ),
    fault(
        "people with faults",
        f"{M}/mensen",
        hub("draft", "/mensen"),
        fill({"#f-people": "geen adres;X;weg\n;;"}),
        press("main form:has(textarea) button"),
        who=COMMISSIONER,
    ),
    fault(
        "one person without an address",
        f"{M}/mensen/een",
        hub("draft", "/mensen"),
        press("summary"),
        fill({"#f-name": "Iemand"}),
        send("/een"),
        who=COMMISSIONER,
    ),
    page("preview of a questionnaire", f"{M}/voorbeeld/{{party}}", hub("draft", "/voorbeeld/dienst"), who=COMMISSIONER),
    page("preview of the letters", f"{M}/brieven", hub("draft", "/brieven"), who=COMMISSIONER),
    fault("opened too early", f"{M}/openen", hub("empty"), send("/openen"), who=COMMISSIONER),
)

FOLLOWING = (
    page("open", M, hub("fan"), who=COMMISSIONER),
    page("open, for a viewer", M, hub("fan"), who=VIEWER),
    fault(
        "extended to no day",
        f"{M}/verlengen",
        hub("fan"),
        fill({"#closes_on": ""}),
        send("/verlengen"),
        who=COMMISSIONER,
    ),
    fault("closing without being sure", f"{M}/sluiten", hub("fan"), send("/sluiten"), who=COMMISSIONER),
    fault(
        "erasing without being sure",
        f"{M}/wissen",
        hub("released"),
        press("summary"),
        send("/wissen"),
        who=COMMISSIONER,
    ),
    page("erased", M, hub("erased"), who=COMMISSIONER),
    page("comments, before one may read", f"{M}/toelichtingen", hub("released", "/toelichtingen"), who=COMMISSIONER),
    fault(
        "comments, without being sure",
        f"{M}/toelichtingen/inzien",
        hub("released", "/toelichtingen"),
        send("/inzien"),
        who=COMMISSIONER,
    ),
    page(
        "comments",
        f"{M}/toelichtingen",
        meanwhile(lambda world: world.may_read_comments()),
        hub("released", "/toelichtingen"),
        who=COMMISSIONER,
    ),
    fault(
        "comments, released without words",
        f"{M}/toelichtingen",
        meanwhile(lambda world: world.may_read_comments()),
        hub("released", "/toelichtingen"),
        fill({"textarea": ""}),
        tick("[name=release]"),
        send("/toelichtingen"),
        who=COMMISSIONER,
    ),
    page("closed", M, hub("closed"), who=COMMISSIONER),
    fault("releasing without being sure", f"{M}/vrijgeven", hub("closed"), send("/vrijgeven"), who=COMMISSIONER),
    page("released", M, hub("released"), who=COMMISSIONER),
    page("released, for a viewer", M, hub("released"), who=VIEWER),
    refusal(404, "not_found", M, hub("fan"), who=STRANGER),
    refusal(
        500,
        "bug",
        M,
        meanwhile(lambda world: world.break_the_draft()),
        hub("draft"),
        meanwhile(lambda world: world.mend_the_draft()),
        who=COMMISSIONER,
    ),
    refusal(
        409,
        "wrong_state",
        f"{M}/weggooien",
        hub("ready"),
        press("summary"),
        meanwhile(lambda world: world.open_what_is_ready()),
        send("/weggooien"),
        who=COMMISSIONER,
        method="POST",
    ),
)

REPORT = (
    page("report of a reader", "/rapport/{identifier}", to(lambda world: f"/lezen/{world.reader()}")),
    page(
        "report of the office",
        "/rapport/{identifier}",
        to(lambda world: f"/rapport/{world.released.id}"),
        who=COMMISSIONER,
    ),
    refusal(
        409,
        "not_released",
        "/rapport/{identifier}",
        to(lambda world: f"/rapport/{world.closed.id}"),
        who=COMMISSIONER,
    ),
    refusal(404, "unknown_link", "/lezen/{token}", to(f"/lezen/{NEVER_GIVEN}")),
)

RESPONDENT = (
    page("start", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.fresh()}")),
    page("start, gone on with", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.begun()}")),
    page("start, by name", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.by_name}")),
    fault("start, by name and not confirmed", f"{I}/{{token}}", *begin(lambda world: world.by_name)),
    page("start, already sent", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.sent()}")),
    page("start, withdrawn", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.fresh()}?ingetrokken=ja")),
    page("start, not open yet", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.too_early}")),
    page("start, closed", f"{I}/{{token}}", to(lambda world: f"/invullen/{world.too_late}")),
    fault(
        "withdrawing with the wrong code",
        f"{I}/{{token}}/intrekken",
        to(lambda world: f"/invullen/{world.sent()}"),
        fill({"#code": "AAAA-BBBB"}),
        send("/intrekken"),
        status=409,
    ),
    refusal(404, "unknown_link", f"{I}/{{token}}", to(f"/invullen/{NEVER_GIVEN}")),
    refusal(404, "unknown_link", Q, to("/invullen/vragen/1")),
    page("choice", f"{I}/keuze", *begin(lambda world: world.chooser)),
    page("choice of nobody", f"{I}/keuze", *begin(lambda world: world.chooser), press("main form button")),
    fault(
        "choice of too many",
        f"{I}/keuze",
        *begin(lambda world: world.chooser),
        tick("[name=judged]"),
        press("main form button"),
    ),
    page("first theme", Q, *begin(lambda world: world.fresh())),
    page("theme about others", Q, *begin(lambda world: world.begun()), to("/invullen/vragen/2")),
    page(
        "theme about several", Q, hold(RESPONDENT_COOKIE, lambda world: world.facing_three()), to("/invullen/vragen/3")
    ),
    page("theme with statements left open", Q, *begin(lambda world: world.fresh()), press(NEXT)),
    fault(
        "theme with a choice that is none",
        Q,
        *begin(lambda world: world.begun()),
        change("input[type=radio]:checked", "9"),
        press(NEXT),
    ),
    page("open questions", Q, *begin(lambda world: world.begun()), to("/invullen/vragen/8")),
    fault(
        "open questions with too long an answer",
        Q,
        *begin(lambda world: world.begun()),
        to("/invullen/vragen/8"),
        change("textarea", "lang " * 1000),
        press(NEXT),
    ),
    page("kept", f"{I}/bewaard", *begin(lambda world: world.begun()), press("[name=go][value=stop]")),
    page("check", f"{I}/nakijken", *begin(lambda world: world.begun()), to("/invullen/nakijken")),
    fault(
        "sending nothing",
        f"{I}/inzenden",
        *begin(lambda world: world.fresh()),
        to("/invullen/nakijken"),
        send("/inzenden"),
    ),
    page("receipt", f"{I}/ontvangen", *begin(lambda world: world.begun()), to("/invullen/nakijken"), send("/inzenden")),
    page(
        "receipt, without the code",
        f"{I}/ontvangen",
        hold(RESPONDENT_COOKIE, lambda world: world.sent()),
        to("/invullen/ontvangen"),
    ),
    refusal(409, "already_submitted", Q, hold(RESPONDENT_COOKIE, lambda world: world.sent()), to("/invullen/vragen/1")),
    refusal(
        409, "assessment_closed", Q, hold(RESPONDENT_COOKIE, lambda world: world.too_late), to("/invullen/vragen/1")
    ),
    refusal(
        403,
        "statement_not_confirmed",
        Q,
        hold(RESPONDENT_COOKIE, lambda world: world.by_name),
        to("/invullen/vragen/1"),
    ),
    refusal(
        409,
        "other_questionnaire",
        Q,
        *begin(lambda world: world.begun()),
        hold(RESPONDENT_COOKIE, lambda world: world.fresh()),
        press(NEXT),
        method="POST",
    ),
)

PLACES: tuple[Place, ...] = (
    *FRONT,
    *OFFICE,
    *ADMINISTRATION,
    *SETTING_UP,
    *FOLLOWING,
    *REPORT,
    *AFTER,
    *RESPONDENT,
)
