import io
import zipfile

import pytest
from openpyxl import Workbook

from app.domain.problems import InvalidInput
from app.service.sheets import read_file


def workbook(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_like_csv() -> None:
    content = workbook(
        ["E-mail", "Naam", "Partij"], ["jan@a.example", "Jan", "wonen"], [], ["els@a.example", None, "dienst"]
    )
    assert read_file(content) == [(2, ["jan@a.example", "Jan", "wonen"]), (4, ["els@a.example", "", "dienst"])]


def test_a_file_of_excel_with_semicolons_and_a_mark_reads() -> None:
    content = "\ufeffe-mail;naam;partij\r\njan@a.example;Jan Ångström;wonen\r\n".encode()
    assert read_file(content) == [(2, ["jan@a.example", "Jan Ångström", "wonen"])]


def test_a_formula_is_never_worked_out() -> None:
    assert read_file(workbook(["=1+1", "Jan", "wonen"])) == [(1, ["", "Jan", "wonen"])]


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip at all", workbook(["a"])[:200]])
def test_a_broken_workbook_gets_a_clear_word(content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"\.xlsx"):
        read_file(content)


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (60 * 1024 * 1024))
    with pytest.raises(InvalidInput):
        read_file(out.getvalue())


def test_a_workbook_with_entities_is_refused() -> None:
    plain = io.BytesIO(workbook(["jan@a.example", "Jan", "wonen"]))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            after.writestr(part, bomb if part.filename == "xl/workbook.xml" else before.read(part))
    with pytest.raises(InvalidInput):
        read_file(out.getvalue())
