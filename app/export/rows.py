"""Owns the flat form of a score document: one row per figure, published or not, for spreadsheets and dashboards."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.domain.figures import Json


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One figure. `kind` says which; what does not apply is None. `reason` says why a figure is blank.

    Points run from 0 to 100; `low` and `high` are the 95 % interval; `score` of a gap or change is the difference
    `a` − `b`. `between` holds two keys with a `|`. A row of kind `item` holds one statement of the cell above it, whose
    `score` is its mean. What each column means stands in
    `definitions`.
    """

    kind: str
    type: str | None = None
    theme: str | None = None
    block: str | None = None
    source: str | None = None
    about: str | None = None
    between: str | None = None
    state: str | None = None
    reason: str | None = None
    score: int | None = None
    low: int | None = None
    high: int | None = None
    bound: str | None = None
    a: int | None = None
    b: int | None = None
    size: str | None = None
    evidence: str | None = None
    material: bool | None = None
    rank: int | None = None
    agreement: str | None = None
    flags: str | None = None
    included: int | None = None
    total: int | None = None
    quadrant: str | None = None
    lowest: int | None = None
    highest: int | None = None
    sd: int | None = None
    item: str | None = None
    dont_know: int | None = None
    favourable: int | None = None
    favourable_low: int | None = None
    favourable_high: int | None = None
    share_low: int | None = None
    share_middle: int | None = None
    share_high: int | None = None
    ad: float | None = None
    rwg: float | None = None


def _wire_name(name: str) -> str:
    """As in the rest of the API; the wire name of `source` is `from`, which Python keeps for itself."""
    first, *others = name.split("_")
    return "from" if name == "source" else first + "".join(word.title() for word in others)


COLUMNS = tuple(_wire_name(field.name) for field in fields(ScoreRow))

_LISTS = {
    "cells": "cell",
    "views": "view",
    "relations": "relation",
    "role_relations": "role_relation",
    "constellation": "constellation",
    "totals": "total",
    "gaps": "gap",
    "changes": "change",
    "divisions": "division",
    "strengths": "strength",
}


def score_rows(document: Json) -> list[ScoreRow]:
    """Every figure of a score document, in the document's own order."""
    return list(_rows(document))


def _rows(document: Mapping[str, Any]) -> Iterator[ScoreRow]:
    for name, kind in _LISTS.items():
        for figure in document[name]:
            row = _row(kind, figure)
            yield row
            for item in figure.get("detail", {}).get("items", ()):
                low, high = item["favourable_ci95"]
                yield ScoreRow(
                    kind="item",
                    theme=row.theme,
                    block=row.block,
                    source=row.source,
                    about=row.about,
                    state="published",
                    score=item["mean"],
                    bound=item.get("bound"),
                    item=item["item"],
                    favourable=item["favourable"],
                    favourable_low=low,
                    favourable_high=high,
                )


def _row(kind: str, figure: Mapping[str, Any]) -> ScoreRow:
    low, high = figure.get("ci95") or (None, None)
    coverage, spread, detail = figure.get("coverage") or {}, figure.get("spread") or {}, figure.get("detail") or {}
    shares = detail.get("distribution") or {}
    return ScoreRow(
        kind=kind,
        type=figure.get("type") or figure.get("of"),
        theme=figure.get("theme"),
        block=figure.get("block"),
        source=figure.get("from"),
        about=figure.get("about"),
        between="|".join(figure["between"]) if "between" in figure else None,
        state=figure.get("state", "published"),
        reason=figure.get("reason"),
        score=figure.get("value", figure.get("score")),
        low=low,
        high=high,
        bound=figure.get("bound"),
        a=figure.get("a"),
        b=figure.get("b"),
        size=figure.get("size"),
        evidence=figure.get("evidence"),
        material=figure.get("material"),
        rank=figure.get("rank"),
        agreement=figure.get("agreement"),
        flags="|".join(figure.get("flags", ())) or None,
        included=coverage.get("included"),
        total=coverage.get("total"),
        quadrant=figure.get("quadrant"),
        lowest=spread.get("min"),
        highest=spread.get("max"),
        sd=spread.get("sd", detail.get("sd")),
        dont_know=detail.get("dont_know"),
        share_low=shares.get("low"),
        share_middle=shares.get("middle"),
        share_high=shares.get("high"),
        ad=detail.get("ad"),
        rwg=detail.get("rwg"),
    )


def as_dicts(rows: Sequence[ScoreRow]) -> list[dict[str, object]]:
    """Rows under their wire names."""
    return [dict(zip(COLUMNS, asdict(row).values(), strict=True)) for row in rows]


def as_csv(rows: Sequence[ScoreRow]) -> str:
    """CSV in UTF-8 with a byte order mark, so that Excel reads it; a blank figure is an empty field."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(["" if value is None else defused(value) for value in asdict(row).values()])
    return "\ufeff" + out.getvalue()


def defused(value: object) -> object:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
