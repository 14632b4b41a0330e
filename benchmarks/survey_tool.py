"""django-survey-and-report with one survey of so many statements on one page, on SQLite, by gunicorn with one worker.

It has needs of its own, and therefore an interpreter of its own (benchmarks/README.md):

    python3 -m venv elsewhere && elsewhere/bin/pip install django-survey-and-report gunicorn
    elsewhere/bin/python benchmarks/survey_tool.py PORT FOLDER STATEMENTS
"""

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication

PORT, FOLDER, STATEMENTS = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

settings.configure(
    SECRET_KEY="for a benchmark only",  # noqa: S106 - it serves made-up answers on this machine
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="survey.urls",
    STATIC_URL="/static/",
    USE_TZ=True,
    # As durable as ours, and as its documentation advises for several writers.
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "tool.db",
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                "transaction_mode": "IMMEDIATE",
            },
        }
    },
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in ("auth", "contenttypes", "sessions", "messages", "staticfiles")),
        "survey",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                ]
            },
        }
    ],
    CHOICES_SEPARATOR=",",
)


class Served(BaseApplication):
    def load_config(self) -> None:
        chosen = {"bind": f"127.0.0.1:{PORT}", "workers": 1, "worker_class": "gthread", "threads": 4, "keepalive": 60}
        for name, value in {**chosen, "loglevel": "error"}.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        return get_wsgi_application()


django.setup()
call_command("migrate", verbosity=0)

from survey.models import Question, Survey  # noqa: E402 - only after Django was set up

made = Survey.objects.create(
    name="Benchmark", description="", need_logged_user=False, display_method=Survey.ALL_IN_ONE_PAGE
)
for number in range(STATEMENTS):
    Question.objects.create(
        survey=made,
        text=f"Statement number {number}, in about as many words as ours has",
        order=number,
        required=True,
        type=Question.RADIO,
        choices="one,two,three,four,five",
    )
Served().run()
