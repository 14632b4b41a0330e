"""Owns files: what is told of one that cannot be read or written, and how one comes to be whole."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
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


def make_folder(folder: Path) -> None:
    """A folder, with all above it, that outlives a power cut from then on. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _keep_folder(folder.parent)


def make_whole(half: Path, whole: Path) -> None:
    """Give a file that was written beside its place its name, so that it is there whole or not at all.

    It outlives a power cut from then on. Raises OSError.
    """
    _keep(half)
    half.rename(whole)
    _keep_folder(whole.parent)


#: What a file system says that takes care of its folders by itself, and a folder that may not be read.
_NOT_FOR_FOLDERS = (errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES)


def _keep_folder(folder: Path) -> None:
    try:
        _keep(folder)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise


def _keep(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
