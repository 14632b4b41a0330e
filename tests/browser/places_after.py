"""The pages of what follows a report, in each of their states."""

from tests.browser.steps import fault, fill, hub, page, press, send, to
from tests.people import COMMISSIONER, VIEWER

M, TALK, AGREED = "/bureau/metingen/{identifier}", "/gesprek", "/gesprek/afspraken"

AFTER = (
    page("conversation, nothing yet", M + TALK, hub("earlier", TALK), who=COMMISSIONER),
    page("conversation, nothing yet, for a viewer", M + TALK, hub("earlier", TALK), who=VIEWER),
    page("conversation", M + TALK, hub("released", TALK), who=COMMISSIONER),
    page("conversation for a viewer", M + TALK, hub("released", TALK), who=VIEWER),
    fault(
        "conversation planned nowhere",
        M + TALK,
        hub("earlier", TALK),
        fill({"#f-contacts-natuur": "geen adres"}),
        send(TALK),
        who=COMMISSIONER,
    ),
    fault(
        "agreement without a day",
        M + AGREED,
        hub("earlier", TALK),
        fill({"#what-1": "Wij ruilen."}),
        send(AGREED),
        who=COMMISSIONER,
    ),
    fault(
        "looking back at length",
        M + "/gesprek/terugblik",
        hub("earlier", TALK),
        fill({"#f-reflection": "lang " * 700}),
        send("/terugblik"),
        who=COMMISSIONER,
    ),
    page(
        "conversation for a party",
        "/rapport/{identifier}/gesprek",
        to(lambda world: f"/lezen/{world.reader()}"),
        to(lambda world: f"/rapport/{world.released.id}/gesprek"),
    ),
    page(
        "conversation as every party reads it, nothing yet",
        "/rapport/{identifier}/gesprek",
        to(lambda world: f"/rapport/{world.earlier.id}/gesprek"),
        who=COMMISSIONER,
    ),
    page("portfolio", "/bureau/driehoeken", to("/bureau/driehoeken"), who=COMMISSIONER),
    page(
        "trend of a constellation",
        "/bureau/driehoeken/{constellation}",
        to(lambda world: f"/bureau/driehoeken/{world.released.constellation}"),
        press("details summary"),
        who=COMMISSIONER,
    ),
    page(
        "constellation of which nothing is released",
        "/bureau/driehoeken/{constellation}",
        to(lambda world: f"/bureau/driehoeken/{world.closed.constellation}"),
        who=VIEWER,
    ),
    page("what works", "/bureau/praktijken", to("/bureau/praktijken"), who=COMMISSIONER),
    fault(
        "what works, without words",
        "/bureau/praktijken",
        to("/bureau/praktijken"),
        send("/praktijken"),
        who=COMMISSIONER,
    ),
)
