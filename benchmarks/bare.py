"""The baselines: a bare Starlette application that checks nothing, each route the least that could answer.

python -m benchmarks.bare PORT DATABASE_URL_OR_FILE BYTES_OF_THE_PAGE
"""

import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

PORT, DATABASE, PAGE_BYTES = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
DOCUMENT = b'{"scores":"' + b"4" * (60_000 - 13) + b'"}'
PAGE = b"<!doctype html>".ljust(PAGE_BYTES, b".")

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


async def document(_: Request) -> Response:
    return Response(DOCUMENT, media_type="application/json")


async def page(_: Request) -> Response:
    return HTMLResponse(PAGE)


app = Starlette(
    routes=[
        Route("/send", send, methods=["POST"]),
        Route("/unchanged", unchanged),
        Route("/document", document),
        Route("/page", page),
    ]
)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
