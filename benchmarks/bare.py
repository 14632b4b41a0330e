"""The baselines: a bare Starlette application that checks nothing, each route the least that could answer.

Under /plain what a FastAPI application does at the least to answer from a database: it looks up a key and a document,
or an invitation and its answers, with which Jinja2 fills a page of forty statements.

python -m benchmarks.bare PORT DATABASE_URL_OR_FILE BYTES_OF_THE_PAGE
"""

import hashlib
import json
import sqlite3
import sys
from functools import cache

import uvicorn
from fastapi import FastAPI
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

PORT, DATABASE = int(sys.argv[1]), sys.argv[2]


@cache
def constant(length: int) -> bytes:
    return b"." * length


if DATABASE.startswith("postgresql"):
    import psycopg

    postgres = psycopg.connect(DATABASE, autocommit=True)
    postgres.execute("DROP TABLE IF EXISTS bare")
    postgres.execute("CREATE TABLE bare (id serial PRIMARY KEY, answers bytea)")

    async def send(request: Request) -> Response:
        postgres.execute("INSERT INTO bare (answers) VALUES (%s)", (await request.body(),))
        return JSONResponse({"ok": True}, status_code=201)
else:
    sqlite = sqlite3.connect(DATABASE, isolation_level=None)
    sqlite.execute("PRAGMA journal_mode=WAL")
    sqlite.execute("PRAGMA synchronous=FULL")
    sqlite.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, answers BLOB)")

    async def send(request: Request) -> Response:
        sqlite.execute("INSERT INTO bare (answers) VALUES (?)", (await request.body(),))
        return JSONResponse({"ok": True}, status_code=201)


async def unchanged(_: Request) -> Response:
    return Response(status_code=304, headers={"etag": '"constant"'})


async def as_many(request: Request) -> Response:
    return Response(constant(int(request.path_params["length"])), media_type="text/html")


plain = FastAPI()
kept = sqlite3.connect(":memory:", isolation_level=None)
kept.execute("CREATE TABLE key (hash TEXT PRIMARY KEY)")
kept.execute("CREATE TABLE document (length INTEGER PRIMARY KEY, tag TEXT, content BLOB)")
kept.execute("INSERT INTO key VALUES (?)", (hashlib.sha256(b"key").hexdigest(),))


kept.execute("CREATE TABLE invitation (hash TEXT PRIMARY KEY, answers TEXT)")
kept.execute(
    "INSERT INTO invitation VALUES (?, ?)",
    (hashlib.sha256(b"link").hexdigest(), json.dumps({f"q{number}": number % 5 + 1 for number in range(40)})),
)
QUESTIONS = Environment(autoescape=True).from_string(
    "<!doctype html><title>Questions</title><form method=post>{% for number in range(40) %}"
    "<fieldset><legend>Statement number {{ number }}, in about as many words as ours has</legend>"
    "{% for value in range(1, 6) %}<label><input type=radio name=q{{ number }} value={{ value }}"
    "{% if given['q%s' % number] == value %} checked{% endif %}> option {{ value }}</label>{% endfor %}</fieldset>"
    "{% endfor %}<button>Next</button></form>"
)


@plain.get("/questions")
async def forty_questions(request: Request) -> Response:
    link = hashlib.sha256(request.cookies["link"].encode()).hexdigest()
    found = kept.execute("SELECT answers FROM invitation WHERE hash = ?", (link,)).fetchone()
    if found is None:
        return Response(status_code=404)
    return Response(QUESTIONS.render(given=json.loads(found[0])), media_type="text/html")


@plain.get("/{length}")
async def look_up(request: Request, length: int) -> Response:
    key = request.headers["authorization"].removeprefix("Bearer ")
    if not kept.execute("SELECT 1 FROM key WHERE hash = ?", (hashlib.sha256(key.encode()).hexdigest(),)).fetchone():
        return Response(status_code=401)
    found = kept.execute("SELECT tag FROM document WHERE length = ?", (length,)).fetchone()
    if found is None:
        found = ('"constant"',)
        kept.execute("INSERT INTO document VALUES (?, ?, ?)", (length, *found, constant(length)))
    if request.headers.get("if-none-match") == found[0]:
        return Response(status_code=304, headers={"etag": found[0]})
    (content,) = kept.execute("SELECT content FROM document WHERE length = ?", (length,)).fetchone()
    return Response(content, media_type="application/json", headers={"etag": found[0]})


app = Starlette(
    routes=[
        Route("/send", send, methods=["POST"]),
        Route("/unchanged", unchanged),
        Route("/bytes/{length}", as_many),
        Mount("/plain", plain),
    ]
)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
