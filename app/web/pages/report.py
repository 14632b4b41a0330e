"""The report page: for members of the office and, by a reader link, for every party alike."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.responses import RedirectResponse

from app.domain.problems import NotFound, NotSignedIn, UnknownLink
from app.domain.report import Report
from app.domain.text import Language, plain
from app.export.drawings import draw_comparison, draw_moved, draw_theme, draw_triangle
from app.export.rows import as_csv, score_rows
from app.service import access, learning, practices, reporting
from app.service.practices import Offered
from app.service.reporting import ReportOf
from app.service.work import Work
from app.web.entry import READER_COOKIE, SESSION_COOKIE, cookie, language_of, member, reader, work_for
from app.web.printing import PDF, guide_as_pdf, report_as_pdf
from app.web.rendering import render
from app.web.security import set_cookie

router = APIRouter(include_in_schema=False)

#: A reader comes back by the link; the cookie only carries one visit.
READER_COOKIE_LASTS = 60 * 60 * 12


@router.get("/lezen/{token}")
def open_reader_link(request: Request, token: str) -> Response:
    """From the link to the report: the token stands in this first address alone."""
    with work_for(request) as work:
        found = access.reader_of_link(work, token)
    answer = RedirectResponse(f"/rapport/{found.assessment.id}", status_code=303)
    set_cookie(request, answer, READER_COOKIE, token, READER_COOKIE_LASTS)
    return answer


@router.get("/rapport/{identifier}")
def show_report(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _report(request, work, identifier)
        offered = practices.offered(work, found.assessment, found.report)
    return draw(request, found, offered)


@router.get("/rapport/{identifier}/cijfers.csv")
def download_rows(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _report(request, work, identifier)
    rows = as_csv(score_rows(found.report.document))
    return _download(rows.encode(), "text/csv; charset=utf-8", _file_name(found, "meting", "csv"))


@router.get("/rapport/{identifier}/cijfers.xlsx")
def download_workbook(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _report(request, work, identifier)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    from app.export.workbook import as_workbook  # noqa: PLC0415 - large, and only for who takes the workbook

    book = as_workbook(found.report, language_of(request))
    return _download(book, media, _file_name(found, "meting", "xlsx"))


@router.get("/rapport/{identifier}/rapport.pdf")
def download_report(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _report(request, work, identifier)
    return _download(report_as_pdf(found, language_of(request)), PDF, _file_name(found, "meting", "pdf"))


@router.get("/rapport/{identifier}/gespreksleidraad.pdf")
def download_guide(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _report(request, work, identifier)
        earlier = learning.earlier_agreements(work, found.assessment)
    guide = guide_as_pdf(found, earlier, language_of(request))
    return _download(guide, PDF, _file_name(found, "gespreksleidraad", "pdf"))


#: So much of the name of a constellation stands in the name of a file.
LONGEST_NAME = 60


def _file_name(found: ReportOf, what: str, ending: str) -> str:
    """By which a file is known between those of other constellations: `rolvast-dienst-registers-meting-2.pdf`."""
    words = ("rolvast", plain(found.constellation)[:LONGEST_NAME].strip("-"), what, str(found.assessment.wave))
    return f"{'-'.join(filter(None, words))}.{ending}"


def _download(content: bytes, media: str, name: str) -> Response:
    return Response(content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})


def _report(request: Request, work: Work, identifier: str) -> ReportOf:
    """The report, for a reader of this assessment or a member of its office."""
    if cookie(request, READER_COOKIE):
        try:
            return reporting.report_for_reader(work, reader(request, work), identifier)
        except (NotFound, UnknownLink):
            if not cookie(request, SESSION_COOKIE):
                raise
    if not cookie(request, SESSION_COOKIE):
        raise NotSignedIn
    return reporting.report_for_member(work, member(request, work), identifier)


def draw(request: Request, found: ReportOf, offered: Sequence[Offered]) -> Response:
    language = language_of(request)
    report = found.report
    return render(
        request,
        "report/report.html",
        report=report,
        assessment=found.assessment,
        constellation=found.constellation,
        hash=found.hash,
        comments=found.comments,
        offered=offered,
        triangle=twice(lambda narrow: [draw_triangle(report, language, narrow=narrow)]),
        drawings={
            s.theme.key: list(map(_drawn, draw_theme(report, s, language, narrow=True))) for s in report.sections
        },
        compared=[_compared(report, number, language) for number in range(len(report.comparisons))],
        moved=twice(lambda narrow: draw_moved(report, language, narrow=narrow)),
    )


def _compared(report: Report, number: int, language: Language) -> list[tuple[Markup, Markup]]:
    return twice(lambda narrow: draw_comparison(report, number, language, narrow=narrow))


def twice(draw_all: Callable[[bool], list[str]]) -> list[tuple[Markup, Markup]]:
    """Each picture twice: for a wide page and for a telephone; the style sheet shows one of them."""
    return list(zip(map(_drawn, draw_all(False)), map(_drawn, draw_all(True)), strict=True))  # noqa: FBT003


def _drawn(picture: str) -> Markup:
    return Markup(picture)  # noqa: S704 - charts escape names
