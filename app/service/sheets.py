"""Owns lists of people as files: CSV in any of Excel's spellings, and XLSX read as data only."""

import io
import zipfile
from itertools import islice

from app.domain.people import MOST_PEOPLE, Row, clean_rows, decode, read_rows
from app.domain.problems import InvalidInput, fault

#: A workbook unpacks to no more than this; a list of people is far smaller.
LARGEST_UNPACKED = 50 * 1024 * 1024


def read_file(content: bytes) -> list[Row]:
    """The lines of an uploaded list. Raises InvalidInput when it is neither CSV nor a workbook that can be read."""
    if content.startswith(b"PK"):
        return _read_workbook(content)
    text = decode(content)
    if "\x00" in text:  # a picture, a PDF, a workbook of before 2007
        raise _unreadable()
    return read_rows(text)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        [
            fault(
                "file",
                "Dit bestand is geen lijst die wij kunnen lezen. Bewaar de lijst als .xlsx of .csv.",
                "This file is no list that we can read. Save the list as .xlsx or .csv.",
            )
        ]
    )


def _read_workbook(content: bytes) -> list[Row]:
    from openpyxl import load_workbook  # noqa: PLC0415 - only for who uploads a workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    if unpacked > LARGEST_UNPACKED:
        raise _unreadable()
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        lines = [
            (number, ["" if cell is None else str(cell) for cell in cells[:10]])
            for number, cells in enumerate(islice(sheet.iter_rows(values_only=True), MOST_PEOPLE + 2), start=1)
        ]
    except Exception as error:
        raise _unreadable() from error
    return clean_rows(lines)
