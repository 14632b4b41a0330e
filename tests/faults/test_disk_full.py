"""A disk that is full: whoever saves or sends is told, nothing is written by half, and it goes on when there is room.

The disk is a small tmpfs where one may be mounted, else a limit on the size of files; see `SmallDisk`.
"""

import itertools
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.disk import SmallDisk, small_disk
from tests.faults.launch import ROUND
from tests.faults.sending import Sender, accepted, arrived, ready_to_send, send_all
from tests.faults.servers import own_server
from tests.faults.service import Process, Service, until
from tests.faults.test_database import read, require_told, save
from tests.people import FIVE_EACH, House

#: Enough to outgrow what room the files of a database have left in themselves.
PEOPLE = {"eigenaar": 20, "wonen": 40, "dienst": 40}
#: More than a page of either database, and less than the questionnaire allows.
LONG = "Wij spreken elkaar te weinig. " * 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "8m") as made:
        yield made


class Saving:
    """People who go on saving, and what each was last told that is kept."""

    def __init__(self, web: Process, senders: list[Sender]) -> None:
        self.web = web
        self.senders = senders
        self.kept: dict[Sender, str] = {}

    def until_it_is_full(self) -> None:
        """Save ever longer words, until the first is told that it does not go."""
        for turn in range(1, 30):
            for sender in self.senders:
                words = f"{turn} {LONG}"[:1900]
                answer = save(self.web, sender, words)
                if answer.status_code != 200:
                    require_told(answer)
                    return
                self.kept[sender] = words.strip()
        pytest.fail("the disk never was full")

    def require_kept(self) -> None:
        for sender, words in self.kept.items():
            answer = read(self.web, sender)
            assert answer.status_code == 200, "reading goes on"
            assert answer.json()["written"]["oq-gesprek"] == words, "what was told to be kept is, and nothing newer"


def go_through(web: Process, senders: list[Sender], house: House, disk: SmallDisk) -> None:
    saving = Saving(web, senders[:50])
    disk.fill(web)
    saving.until_it_is_full()
    saving.require_kept()
    while_full = send_all([web.base_url], senders[50:], 8)
    for answer in while_full:
        assert answer is not None
        if answer.status_code != 201:
            require_told(answer)
    told = accepted(senders[50:], while_full)
    assert web.process.poll() is None
    disk.free(web)
    saving.require_kept()
    assert set(told) <= set(arrived(house, senders))
    web.wait()
    assert accepted(senders, send_all([web.base_url], senders, 8)) == senders
    assert len(arrived(house, senders)) == len(senders)


class TestTheDiskOfTheDatabase:
    @pytest.fixture
    def database_url(self, disk: SmallDisk, sqlite_template: Path) -> str:
        return f"sqlite:///{shutil.copy(sqlite_template, disk.folder / 'rolvast.db')}"

    def test_sqlite_on_a_full_disk_keeps_what_it_said_it_kept(
        self, service: Service, house: House, disk: SmallDisk, sqlite_file: Path
    ) -> None:
        _, senders = ready_to_send(house, PEOPLE)
        go_through(service.serve(), senders, house, disk)
        with sqlite3.connect(sqlite_file) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


class TestTheDiskOfPostgresql:
    @pytest.fixture
    def disk(self) -> Iterator[SmallDisk]:
        folder = Path(tempfile.mkdtemp(prefix="rolvast-disk-"))
        with small_disk(folder, "400m") as made:
            yield made
        shutil.rmtree(folder, ignore_errors=True)

    @pytest.fixture
    def own_url(self, disk: SmallDisk) -> Iterator[str]:
        if not disk.mounted:
            pytest.skip("needs leave to mount a small file system")
        with own_server(disk.folder / "data") as server:
            yield server.url(server.add())

    @pytest.fixture
    def database_url(self, own_url: str) -> str:
        return own_url

    def test_postgresql_on_a_full_disk_keeps_what_it_said_it_kept(
        self, service: Service, house: House, disk: SmallDisk
    ) -> None:
        _, senders = ready_to_send(house, PEOPLE)
        go_through(service.serve(), senders, house, disk)


def test_letters_as_files_wait_for_room_and_then_each_is_there_whole(
    service: Service, house: House, disk: SmallDisk
) -> None:
    """Without a mail server letters are files for the operator."""
    today = house.clock().date()
    house.opened(FIVE_EACH, closes_on=today + timedelta(days=30), retention_on=today + timedelta(days=400))
    service.var = disk.folder / "var"
    service.var.mkdir()
    worker = service.work()
    disk.fill(worker)
    if disk.mounted:
        tried = "SELECT count(*) FROM outbox WHERE attempts > 0"
        until(lambda: house.stored(tried) == [(15,)], "every letter was tried")
    else:
        time.sleep(5 * ROUND)  # the worker may not write to its database either
    assert not list(service.var.rglob("*.eml")), "a letter by half is no letter"
    disk.free(worker)
    later = itertools.count(10, 10)

    def all_written() -> bool:
        service.set_clock(minutes=next(later))
        return house.number_of("outbox") == 0

    until(all_written, "all letters are written")
    letters = list((service.var / "mail").iterdir())
    assert len(letters) == 15
    assert {path.suffix for path in letters} == {".eml"}
    assert all(path.read_bytes().rstrip().endswith(b"--") for path in letters), "whole, to the last boundary"
