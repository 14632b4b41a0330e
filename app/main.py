"""Builds the application: the one place that knows everyone."""

import logging
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.staticfiles import StaticFiles

from app import logs
from app.catalogue import Catalogue
from app.delivery.mail import FilePostman, Postman, SmtpPostman
from app.delivery.webhooks import Courier
from app.service.housekeeping import Worker, one_round
from app.service.posting import ALL_LETTERS, URGENT, Post
from app.service.webhooks import send_due
from app.service.work import Workshop
from app.settings import Settings, assessments_path, read_settings
from app.store.engine import Database
from app.web import problems
from app.web.api.app import make_api
from app.web.entry import Desk
from app.web.limits import Limits
from app.web.metrics import SHARED_COUNTS
from app.web.pages import (
    about,
    administration,
    comments,
    conversation,
    filling_in,
    health,
    members,
    office,
    organisation,
    people,
    portfolio,
    report,
    respondent,
    setting_up,
    sign_in,
    trail,
    webhooks,
)
from app.web.rendering import STATIC
from app.web.request_log import RequestLog
from app.web.routes import make_application, put_on
from app.web.security import Protection
from app.web.short_way import ShortWay
from app.web.turnstile import Turnstile

if TYPE_CHECKING:
    from app.delivery.identity_provider import IdentityProvider

log = logging.getLogger("rolvast")

#: To PostgreSQL, of all processes of one service together: as many as one process has threads for requests.
MOST_CONNECTIONS = 40


def chance() -> str:
    """A fresh random text of 160 bits, fit for an URL and for a command line."""
    return secrets.token_hex(20)


def clock() -> datetime:
    return datetime.now(UTC)


def make_workshop(settings: Settings) -> Workshop:
    """The database and the instruments, ready for work."""
    catalogue = Catalogue.read(assessments_path())
    database = Database(settings.database_url, most_connections=max(8, MOST_CONNECTIONS // settings.workers))
    return Workshop(database, catalogue, settings.secret_key, chance)


def make_postman(settings: Settings) -> Postman:
    """Letters by SMTP, or as files under `var/mail` for the operator."""
    if settings.smtp_url:
        return SmtpPostman(settings.smtp_url, settings.mail_from)
    return FilePostman(settings.var / "mail", settings.mail_from)


def make_identity_provider(settings: Settings) -> "IdentityProvider | None":
    """The provider through which members may sign in, where the settings name one."""
    if settings.openid_connect is None:
        return None
    from app.delivery.identity_provider import IdentityProvider  # noqa: PLC0415 - large, and not for everyone

    return IdentityProvider(settings.openid_connect, settings.base_url + organisation.COMES_BACK, clock)


def make_worker(settings: Settings, workshop: Workshop) -> Worker:
    """Housekeeping, letters, urgent letters and messages to other systems, each in a thread of its own."""
    post = Post(workshop, make_postman(settings), clock, settings.base_url)
    courier = Courier(settings.webhooks_may_reach_private)
    others = [kind for kind in ALL_LETTERS if kind not in URGENT]
    return Worker(
        workshop,
        lambda _: one_round(workshop, clock),
        lambda stopping: post.bring_due(others, stopping),
        lambda stopping: post.bring_due(URGENT, stopping),
        lambda stopping: send_due(workshop, courier, clock, settings.base_url, stopping),
    )


#: What uvicorn builds in each of several processes.
APP_OF_A_WORKER = "app.main:create_app_of_a_worker"


def create_app_of_a_worker() -> FastAPI:
    """The service in one of several processes, which know the settings from the environment alone."""
    settings = read_settings()
    logs.set_up(settings.log_format)
    return create_app(settings)


@contextmanager
def counts_together() -> Iterator[None]:
    """Within this block, processes that are started add to the same counts."""
    with TemporaryDirectory(prefix="rolvast-counts-") as folder:
        os.environ[SHARED_COUNTS] = folder
        yield


def create_app(settings: Settings, workshop: Workshop | None = None) -> FastAPI:
    """The whole service for these settings; while it runs, a worker in the same process keeps house."""
    workshop = workshop or make_workshop(settings)

    @asynccontextmanager
    async def working(_: FastAPI) -> AsyncIterator[None]:
        worker = make_worker(settings, workshop)
        worker.start()
        yield
        worker.stop()

    desk = Desk(
        workshop=workshop,
        clock=clock,
        chance=chance,
        base_url=settings.base_url,
        form_secret=settings.secret_key,
        secure=settings.secure,
        theme_css=settings.theme_css,
        shown_mail=settings.shown_mail,
        webhooks_may_reach_private=settings.webhooks_may_reach_private,
        limits=Limits(settings.key_per_minute),
        metrics_token=settings.metrics_token,
        security_contact=settings.security_contact,
        identity_provider=make_identity_provider(settings),
    )
    app = make_application(lifespan=working)
    app.state.desk = desk
    api = make_api(desk)
    app.mount("/api/v1", api)
    app.mount("/static", StaticFiles(directory=STATIC))
    put_on(
        app,
        filling_in.router,
        respondent.router,
        health.router,
        about.router,
        organisation.router,
        sign_in.router,
        administration.router,
        members.router,
        webhooks.router,
        trail.router,
        setting_up.router,
        people.router,
        comments.router,
        office.router,
        conversation.router,
        portfolio.router,
        report.router,
    )
    problems.install(app)
    # Around FastAPI's own layers, not inside them: what goes the short way needs none of those. Without the outermost
    # of them, which would tell a second time of every bug that the API told of.
    own_layers = cast(ServerErrorMiddleware, app.build_middleware_stack()).app
    found = ShortWay(own_layers, routes={"/api/v1": api.routes, "": app.routes})
    app.middleware_stack = RequestLog(Protection(Turnstile(found), refuse=problems.answer_for))
    if workshop.database.is_sqlite:
        log.info("SQLite %s", sqlite3.sqlite_version)
    return app
