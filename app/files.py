"""Owns files: what is told of one that cannot be read or written, and how one comes to be whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.domain.problems import InvalidInput, plain


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Within this block, whatever the system refuses is a fault of this file or folder. Raises InvalidInput."""
    try:
        yield
    except OSError as error:
        raise InvalidInput([plain(str(path), _why(path, error))]) from error


def _why(path: Path, error: OSError) -> str:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return "there is no such file" if path.parent.is_dir() else f"there is no folder {path.parent}"
    if isinstance(error, IsADirectoryError):
        return "is a folder; a file must be named here"
    if isinstance(error, FileExistsError):
        return "is a file; a folder must be named here"
    return str(error.strerror)


def read(path: Path) -> str:
    """The text in a file. Raises InvalidInput."""
    try:
        with naming(path):
            return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput([plain(str(path), "is not text in UTF-8")]) from error


def write(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text to a file, which is made for its owner alone when it is private. Raises InvalidInput."""
    with naming(path):
        path.touch(mode=0o600 if private else 0o666)
        path.write_text(text, encoding="utf-8")


def make_whole(half: Path, whole: Path) -> None:
    """Give a file that was written beside its place its name, so that it is there whole or not at all.

    It outlives a power cut from then on. Raises OSError.
    """
    _keep(half)
    half.rename(whole)
    with suppress(OSError):  # not every file system lets a folder be written out; then it does so by itself
        _keep(whole.parent)


def _keep(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
