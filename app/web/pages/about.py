"""Pages about the service itself: accessibility, the ministry's own style, and letters on the operator's machine."""

from email import message_from_bytes, policy

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse

from app.domain.problems import NotFound
from app.settings import is_loopback
from app.web.entry import desk_of
from app.web.rendering import render

router = APIRouter(include_in_schema=False)

#: The page of letters shows this many, newest first.
MOST_LETTERS = 200


@router.get("/toegankelijkheid")
def show_accessibility(request: Request) -> Response:
    return render(request, "accessibility.html")


@router.get("/thema.css")
def show_theme(request: Request) -> Response:
    """The style sheet that an operator laid over ours."""
    theme = desk_of(request).theme_css
    if theme is None:
        raise NotFound
    return FileResponse(theme, media_type="text/css")


@router.get("/post")
def list_letters(request: Request) -> Response:
    """Letters that were written to files: only where no mail server is set and only this machine can look."""
    folder = desk_of(request).shown_mail
    if folder is None or not _from_here(request):
        raise NotFound
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)[:MOST_LETTERS]
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    shown = []
    for letter in letters:
        body = letter.get_body(("plain",))
        text = body.get_content() if body else ""
        link = next((word for word in text.split() if word.startswith(desk_of(request).base_url)), "")
        shown.append((letter["To"], letter["Subject"], link))
    return render(request, "letters.html", letters=shown)


def _from_here(request: Request) -> bool:
    """Who asks sits at this machine: a service that listens wider shows its letters to nobody else."""
    caller = request.client.host if request.client else ""
    asked = request.url.hostname or ""
    return is_loopback(caller) and is_loopback(asked)
