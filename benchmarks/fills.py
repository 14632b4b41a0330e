"""A whole fill by four people in parallel: over JSON, through the pages, and beside a survey tool.

    python -m benchmarks.fills [--rounds 5] [--fills 60] [--beside PYTHON]

`PYTHON` is an interpreter that has django-survey-and-report and gunicorn (benchmarks/survey_tool.py). Everyone fills in
all ratings of an opdrachtgever. Over JSON that is three requests (read, save, send), through our pages as many as a
browser without scripts needs (a page per theme), and with the tool two: one page with everything, and its form.
"""

import argparse
import hashlib
import hmac
import json
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import urlencode

from app import settings
from app.main import make_workshop
from app.service import responding
from app.service.responding import Respondent
from app.service.tokens import receipt_code
from app.web.entry import RESPONDENT_COOKIE
from benchmarks import load, soak, stage

AT_ONCE = 4
GOALS = {"over JSON": "≥ 15 × LimeSurvey", "through the pages": "stated"}
_FORM = "application/x-www-form-urlencoded"


def over_json(who: Respondent, token: str) -> load.Chain:
    bearer = {"authorization": f"Bearer {token}"}
    answers = {"ratings": {rating.key: 4 for rating in who.questionnaire.ratings}}
    path, code = "/api/v1/questionnaire", {"receiptCode": receipt_code(token)}
    return [
        (load.request("GET", path, bearer), 200),
        (load.request("PUT", f"{path}/answers", bearer, json.dumps(answers).encode()), 200),
        (load.request("POST", f"{path}/submission", bearer, json.dumps(code).encode()), 201),
    ]


def through_pages(who: Respondent, token: str, secret: bytes) -> load.Chain:
    """What a browser would send, made before the clock starts: the hidden fields are those of the pages."""

    def form(path: str, tied_to: str, **fields: str) -> tuple[bytes, int]:
        fields["form_token"] = hmac.digest(secret, f"form:{tied_to}".encode(), hashlib.sha256).hex()
        fields["invitation"] = who.invitation.id
        return load.request("POST", path, cookies if tied_to else {}, urlencode(fields).encode(), _FORM), 303

    def page(path: str) -> tuple[bytes, int]:
        return load.request("GET", path, cookies), 200

    cookies = {"cookie": f"{RESPONDENT_COOKIE}={token}"}
    chain = [(load.request("GET", f"/invullen/{token}"), 200), form(f"/invullen/{token}", "")]
    themes: list[dict[str, str]] = [{rating.key: "4" for rating in page.ratings} for page in who.questionnaire.pages]
    for number, ratings in enumerate([*themes, {}], start=1):
        path = f"/invullen/vragen/{number}"
        chain += [page(path), form(path, token, opened="x", sequence="1", go="next", **ratings)]
    sent = form("/invullen/inzenden", token, receipt_code=receipt_code(token))
    return [*chain, page("/invullen/nakijken"), sent, page("/invullen/ontvangen")]


def through_the_tool(statements: int) -> load.Chain:
    """Of its form token the tool only asks that cookie and field are alike."""
    token = "a" * 32
    cookies = {"cookie": f"csrftoken={token}"}
    answers = {f"question_{number}": "four" for number in range(1, statements + 1)}
    body = urlencode({"csrfmiddlewaretoken": token, **answers}).encode()
    return [
        (load.request("GET", "/1/", cookies), 200),
        (load.request("POST", "/1/", cookies, body, _FORM), 302),
    ]


def measure(rounds: int, fills: int, beside: str = "") -> list[stage.Result]:
    with stage.folder() as folder, ExitStack() as open_:
        people = 3 * 2 * rounds * fills  # a third of them belong to the opdrachtgever
        campaign = soak.furnish(folder, "", 1, max(1, people // 150), people)
        chosen = settings.read_settings(campaign.environment)
        workshop = make_workshop(chosen)
        with workshop.work(datetime.now(UTC), write=False) as work:
            everyone = ((responding.respondent(work, token), token) for token in campaign.tokens)
            found = [(who, token) for who, token in everyone if who.party.role == "opdrachtgever"][: 2 * rounds * fills]
        workshop.database.close()
        ours, _ = open_.enter_context(stage.rolvast(stage.House(campaign.environment, "", "", [])))
        statements = len(found[0][0].questionnaire.ratings)
        tool = open_.enter_context(stage.survey_tool(beside, folder, statements)) if beside else None
        pairs: dict[str, list[tuple[load.Round | None, load.Round]]] = {way: [] for way in GOALS}
        for place in range(rounds):
            mine = found[2 * place * fills : 2 * (place + 1) * fills]
            bare = load.run_chains(tool, [through_the_tool(statements)] * fills, AT_ONCE) if tool else None
            chains = {
                "over JSON": [over_json(who, token) for who, token in mine[:fills]],
                "through the pages": [through_pages(who, token, chosen.secret_key) for who, token in mine[fills:]],
            }
            for way, asked in chains.items():
                pairs[way].append((bare, load.run_chains(ours, asked, AT_ONCE)))
    return [
        stage.compare(f"whole fill of {statements} ratings {way}, {AT_ONCE} at once", goal, pairs[way])
        for way, goal in GOALS.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fills", type=int, default=60)
    parser.add_argument("--beside", metavar="PYTHON", default="", help="an interpreter that has a survey tool")
    given = parser.parse_args()
    stage.tell(measure(given.rounds, given.fills, given.beside))


if __name__ == "__main__":
    main()
