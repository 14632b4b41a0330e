"""The routes are tried on the same application as the pages."""

from tests.web.conftest import app, built, client, secure_app

__all__ = ["app", "built", "client", "secure_app"]
