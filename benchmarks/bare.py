"""The baselines: a bare Starlette application that checks nothing, each route the least that could answer.

python -m benchmarks.bare PORT DATABASE_URL_OR_FILE BYTES_OF_THE_PAGE
"""

import sqlite3
import sys
from functools import cache

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

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


app = Starlette(
    routes=[
        Route("/send", send, methods=["POST"]),
        Route("/unchanged", unchanged),
        Route("/bytes/{length}", as_many),
    ]
)
uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="error", access_log=False)
