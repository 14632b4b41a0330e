"""Owns what is printed on request: from a report with what stands around it to a PDF, made once and kept a while."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from starlette.responses import Response

from app.domain.assessment import end_of_day
from app.domain.dialogue import KEPT_NAMES, Agreement
from app.domain.report import Report
from app.domain.text import Language, same
from app.export.guide import EarlierAgreement, as_guide
from app.export.pdf import Cover, as_pdf
from app.service.reporting import ReportOf

PDF = "application/pdf"

#: About half a megabyte each; making one takes about a second of processor time.
MOST_KEPT = 16
#: So many earlier agreements have room in the guide: the latest.
MOST_AGREEMENTS_SHOWN = 6

_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


class PdfAnswer(Response):
    """An answer that is a printed form and nothing else."""

    media_type = PDF


def report_as_pdf(found: ReportOf, language: Language) -> bytes:
    """The report on paper. Takes processor time: call it in a thread, after the transaction."""
    return _once(report_mark(found, language), lambda: as_pdf(found.report, _cover(found), language, found.comments))


def guide_as_pdf(found: ReportOf, earlier: Sequence[tuple[int, Agreement]], language: Language) -> bytes:
    """The guide for the conversation about a report. `earlier`: agreements of earlier waves with the wave, in order."""
    agreements = [_earlier(found.report, agreement) for _, agreement in earlier[-MOST_AGREEMENTS_SHOWN:]]
    key = _mark("guide", found, language, agreements)
    return _once(key, lambda: as_guide(found.report, _cover(found), language, agreements))


def _earlier(report: Report, agreement: Agreement) -> EarlierAgreement:
    """A party that takes part no more is named by its key."""
    party = report.lines.get(agreement.party)
    name = party.name if party else same(agreement.party)
    return EarlierAgreement(agreement.what, name, agreement.due_on, KEPT_NAMES[agreement.kept])


def report_mark(found: ReportOf, language: Language) -> str:
    """Changes when, and only when, the printed report would."""
    return _mark("report", found, language, found.comments)


def _mark(form: str, found: ReportOf, language: Language, more: object) -> str:
    seen = f"{form}|{language}|{_cover(found)}|{more}".encode()
    return f"{found.hash}+{form}-{language}-{hashlib.sha256(seen).hexdigest()[:12]}"


def _cover(found: ReportOf) -> Cover:
    """The moment of a snapshot is the last second of its closing day: nothing that is printed depends on the clock."""
    closed_on = found.assessment.closes_on
    if closed_on is None:
        raise ValueError("a released assessment was closed on a day")
    return Cover(
        title=found.assessment.title,
        constellation=found.constellation,
        office=found.assessment.office_name,
        wave=found.assessment.wave,
        closed_on=closed_on,
        made_at=end_of_day(closed_on),
        mark=found.hash,
    )


def _once(key: str, make: Callable[[], bytes]) -> bytes:
    """One print at a time: readers who come together wait for the same one and do not fill the processors."""
    with _lock:
        if key not in _kept:
            _kept[key] = make()
            if len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]
