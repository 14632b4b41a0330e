"""Reading: scores that a dashboard has already (304), scores whole (200), a question page and the report page.

    python -m benchmarks.reads [--rounds 5] [--requests 400]

Each beside a bare Starlette application that answers with as many constant bytes and checks nothing. Ours checks the
key, the session of the link or the reader in one short read. For scale, a plain FastAPI route that looks up a key and a
document stands beside the same.
"""

import argparse
import urllib.request

from app.web.entry import READER_COOKIE, RESPONDENT_COOKIE
from benchmarks import load, stage

SCORES = "/api/v1/assessments/{}/scores"
PAIRS = list[tuple[load.Round, load.Round]]


def measure(rounds: int, requests: int) -> list[stage.Result]:
    return [*_scores(rounds, requests), *_question_page(rounds, requests)]


def _fetch(port: int, path: str, headers: dict[str, str]) -> tuple[bytes, str]:
    """(body, tag) of an answer."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - idem
        return answer.read(), answer.headers.get("etag", "")


def _scores(rounds: int, requests: int) -> list[stage.Result]:
    with stage.folder() as folder:
        house = stage.furnish(folder, 60, sent=45, released=True)
        key = {"authorization": f"Bearer {house.key}"}
        path, report = SCORES.format(house.assessment), f"/rapport/{house.assessment}"
        reader = {"cookie": f"{READER_COOKIE}={house.reader}"}
        with stage.rolvast(house) as (ours, _):
            document, tag = _fetch(ours, path, key)
            page, _ = _fetch(ours, report, reader)
            paper, _ = _fetch(ours, f"{report}/rapport.pdf", reader)
            asked: dict[str, tuple[str, bytes, int, str]] = {
                "304 on scores, key checked": (
                    "/unchanged",
                    load.request("GET", path, {**key, "if-none-match": tag}),
                    304,
                    "≥ 0.30",
                ),
                f"200 of scores, {len(document) // 1000} kB, key checked": (
                    f"/bytes/{len(document)}",
                    load.request("GET", path, key),
                    200,
                    "≥ 0.40",
                ),
                f"report page, {len(page) // 1000} kB": (
                    f"/bytes/{len(page)}",
                    load.request("GET", report, reader),
                    200,
                    "stated",
                ),
                f"report as PDF, {len(paper) // 1000} kB": (
                    f"/bytes/{len(paper)}",
                    load.request("GET", f"{report}/rapport.pdf", reader),
                    200,
                    "stated",
                ),
            }
            found: dict[str, PAIRS] = {job: [] for job in asked}
            for_scale = {
                "for scale, the same 304 by plain FastAPI": ("/unchanged", 304, {"if-none-match": '"constant"'}),
                "for scale, the same 200 by plain FastAPI": (f"/bytes/{len(document)}", 200, {}),
            }
            found |= {job: [] for job in for_scale}
            looked_up, plain_key = f"/plain/{len(document)}", {"authorization": "Bearer key"}
            with stage.bare(str(folder / "bare.db")) as bare:
                for _ in range(rounds):
                    for job, (constant, status, headers) in for_scale.items():
                        plain = [load.request("GET", constant)] * requests
                        other = [load.request("GET", looked_up, {**plain_key, **headers})] * requests
                        found[job].append((load.run(bare, plain, 16, status), load.run(bare, other, 16, status)))
                    for job, (constant, mine, status, _) in asked.items():
                        many = requests if "report" not in job else requests // 20
                        plain = [load.request("GET", constant)] * many
                        found[job].append(
                            (load.run(bare, plain, 16, status), load.run(ours, [mine] * many, 16, status))
                        )
    return [stage.compare(job, asked[job][3] if job in asked else "stated", pairs) for job, pairs in found.items()]


def _question_page(rounds: int, requests: int) -> list[stage.Result]:
    with stage.folder() as folder:
        house = stage.furnish(folder, 60)
        cookies = [{"cookie": f"{RESPONDENT_COOKIE}={token}"} for token in house.tokens]
        linked = [load.request("GET", "/plain/questions", {"cookie": "link=link"})] * (requests // 4)
        with stage.rolvast(house) as (ours, _), stage.bare(str(folder / "bare.db")) as bare:
            page, _ = _fetch(ours, "/invullen/vragen/1", cookies[0])
            forty, _ = _fetch(bare, "/plain/questions", {"cookie": "link=link"})
            mine = [load.request("GET", "/invullen/vragen/1", cookies[i % 60]) for i in range(requests)]
            plain, as_large = (load.request("GET", f"/bytes/{len(body)}") for body in (page, forty))
            pairs, for_scale = [], []
            for _ in range(rounds):
                pairs.append((load.run(bare, [plain] * requests, 16, 200), load.run(ours, mine, 16, 200)))
                for_scale.append((load.run(bare, [as_large] * requests, 16, 200), load.run(bare, linked, 16, 200)))
    return [
        stage.compare(f"question page, {len(page) // 1000} kB, 16 at once", "≥ 0.15", pairs),
        stage.compare("for scale, 40 questions at once by plain FastAPI and Jinja2", "stated", for_scale),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    given = parser.parse_args()
    stage.tell(measure(given.rounds, given.requests))


if __name__ == "__main__":
    main()
