"""`kill -9`: what was acknowledged is there, nothing is there by half, and going on where one was works."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.faults.sending import Sender, accepted, arrived, held_up, ready_to_send, require_counted, send_all
from tests.faults.service import Process, Service, until
from tests.people import House

FIVE_HUNDRED = {"eigenaar": 100, "wonen": 200, "dienst": 200}
SOME = {"eigenaar": 6, "wonen": 14, "dienst": 10}


def test_of_five_hundred_sends_none_that_was_acknowledged_is_lost_and_none_counts_twice(
    service: Service, house: House
) -> None:
    made, senders = ready_to_send(house, FIVE_HUNDRED)
    key = house.key()
    house.workshop.database.close()

    def fall(web: Process, some: list[Sender], after: int = -1) -> list[Sender]:
        """Those who were told that their answers arrived, before it fell."""
        answers = send_all([web.base_url], some, 16, after=after, then=web.kill)
        told = accepted(some, answers)
        assert 60 <= len(told) < len(some), "it was to die in the middle"
        assert all(answer is None or answer.status_code == 201 for answer in answers)
        stored = set(some) & set(arrived(house, senders))
        house.workshop.database.close()
        assert set(told) <= stored, "acknowledged, and gone"
        assert len(stored) - len(told) <= 16, "no more than those that were under way"
        return told

    # Once at any moment, and once at the worst: when many have been written and nothing of it is safe on the disk.
    told = fall(service.serve(), senders[:250], after=100)
    told += fall(service.serve(dies_at=">".join(["INSERT INTO submission"] * 100 + ["COMMIT"])), senders[250:])

    web = service.serve()
    again = [sender for sender in senders if sender not in told] + told[:50]
    answers = send_all([web.base_url], again, 16)
    assert accepted(again, answers) == again, "with the same code everyone gets the same receipt"
    assert len(arrived(house, senders)) == len(senders)
    assert web.move(made.id, key, "closed").status_code == 200
    require_counted(house, made, senders)


def test_whoever_shares_a_commit_is_told_after_it_and_not_before(service: Service, house: House) -> None:
    """On SQLite those who wait for each other are written in one transaction: here they all wait, and it dies."""
    _, senders = ready_to_send(house, {"eigenaar": 5, "wonen": 5, "dienst": 5})
    web = service.serve(dies_at=">".join(["INSERT INTO submission"] * 4 + ["COMMIT"]))
    with ThreadPoolExecutor(1) as pool:
        with held_up(house):
            sending = pool.submit(send_all, [web.base_url], senders, len(senders))
            time.sleep(1.0)
        told = accepted(senders, sending.result())
    web.died()
    assert set(told) <= set(arrived(house, senders)), "acknowledged, and gone"
    assert len(told) < len(senders)


def test_a_send_that_died_halfway_is_as_if_it_never_was(service: Service, house: House) -> None:
    """Between the mark on the invitation and the answers, and when all was written but the last word."""
    _, senders = ready_to_send(house, {"eigenaar": 5, "wonen": 5, "dienst": 5})
    for place, sender in zip(("INSERT INTO submission", "DELETE FROM draft>COMMIT"), senders, strict=False):
        web = service.serve(dies_at=place)
        assert send_all([web.base_url], [sender], 1) == [None]
        web.died()
        assert arrived(house, senders) == [], place
        house.workshop.database.close()
    web = service.serve()
    assert accepted(senders, send_all([web.base_url], senders, 4)) == senders
    assert len(arrived(house, senders)) == len(senders)


def test_closing_that_died_halfway_leaves_it_open_or_closed_and_never_between(
    service: Service, house: House, kind: str
) -> None:
    made, senders = ready_to_send(house, SOME)
    key = house.key()
    web = service.serve()
    sent = accepted(senders[:-3], send_all([web.base_url], senders[:-3], 8))
    assert len(sent) == len(senders) - 3
    old = [row[0] for row in house.stored("SELECT id FROM submission UNION SELECT id FROM comment")]
    assert len(old) == 2 * len(sent)
    web.kill()
    for place in ("DELETE FROM invitation", "INSERT INTO snapshot>COMMIT"):
        web = service.serve(dies_at=place)
        with pytest.raises(httpx.TransportError):
            web.move(made.id, key, "closed")
        web.died()
        assert house.again(made).state == "open", place
        assert house.number_of("snapshot") == 0
        assert arrived(house, senders) == [sender for sender in senders if sender in sent]
        house.workshop.database.close()

    # Closed, but killed while the traces are wiped: they are wiped after the next start. From here on somebody else has
    # the database open too, so that SQLite does not tidy up by itself.
    web = service.serve(dies_at="INSERT INTO snapshot>COMMIT>VACUUM")
    assert web.move(made.id, key, "closed").status_code == 200
    web.died()
    require_counted(house, made, sent)
    assert traces(house, kind, old), "this test looks for traces where there are none"
    web = service.serve()
    again = web.move(made.id, key, "closed")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    until(lambda: not traces(house, kind, old), "the traces of before closing are wiped")
    require_counted(house, made, sent)
    assert web.move(made.id, key, "released").status_code == 200
    with web.client(key) as office:
        parties = office.get(f"/api/v1/assessments/{made.id}/scores").raise_for_status().json()["parties"]
    assert [party["state"] for party in parties] == ["published"] * 3


def traces(house: House, kind: str, ids: list[str]) -> list[str]:
    """Those of these ids of before closing that lie anywhere in the files of the database."""
    if kind == "sqlite":
        file = Path(house.workshop.database.url.database or "")
        files = [path for path in file.parent.glob(f"{file.name}*") if path.is_file()]
    else:
        with house.workshop.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
            files = [
                folder / connection.exec_driver_sql(f"SELECT pg_relation_filepath('{name}')").scalar_one()
                for name in ("submission", "comment")
            ]
    # In a process of its own: closing the file here would drop the locks that SQLite holds for this process.
    read = "import pathlib, sys; [sys.stdout.buffer.write(pathlib.Path(name).read_bytes()) for name in sys.argv[1:]]"
    whole = subprocess.check_output([sys.executable, "-c", read, *map(str, files)])
    return [one for one in ids if one.encode() in whole]
