"""Pages about the service itself: accessibility, the ministry's own style, and letters on the operator's machine."""

from datetime import timedelta
from email import message_from_bytes, policy

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, PlainTextResponse

from app.domain.problems import NotFound
from app.web.entry import comes_from_here, desk_of
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
    if folder is None or not comes_from_here(request):
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


#: How long security.txt says that it may be relied on; it is made anew for each reader.
SECURITY_TXT_LASTS = timedelta(days=90)


@router.get("/.well-known/security.txt")
def show_security_contact(request: Request) -> Response:
    """Whom to tell of a leak (RFC 9116), where the operator named somebody."""
    desk = desk_of(request)
    if not desk.security_contact:
        raise NotFound
    expires = (desk.clock() + SECURITY_TXT_LASTS).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = {
        "Contact": desk.security_contact,
        "Expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "nl, en",
        "Canonical": f"{desk.base_url}/.well-known/security.txt",
    }
    return PlainTextResponse("".join(f"{name}: {value}\n" for name, value in lines.items()))
