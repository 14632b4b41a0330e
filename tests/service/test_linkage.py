"""After sending, nothing ties an answer to a person; after closing, not even the raw bytes of the database."""

import hashlib
import sqlite3
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from app.domain.assessment import Assessment
from app.service import commissioning, erasing, posting, responding
from app.service.housekeeping import one_round
from app.service.tokens import plain_receipt, receipt_hashes
from app.service.work import Workshop
from app.store.engine import Database
from tests.people import FAN, FAN_PEOPLE, NOW, SECRET, Chance, House, address

WORDS = "Dit schreef een mens in eigen woorden."
OTHER = "Andere woorden, die nooit zijn verstuurd."


def opened(house: House) -> Assessment:
    return house.opened({"eigenaar": 5, "wonen": 12, "dienst": 6})


def raw(sqlite_file: Path) -> dict[str, bytes]:
    """Every byte that the database left on the disk: the file, its log and its index of the log."""
    return {path.name: path.read_bytes() for path in sqlite_file.parent.glob(f"{sqlite_file.name}*")}


def table(house: House, name: str) -> list[dict[str, Any]]:
    with house.workshop.database.transaction(write=False) as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}").mappings()]  # noqa: S608


def everything(house: House) -> dict[str, list[dict[str, Any]]]:
    names = ("office", "member", "session", "constellation", "assessment", "party", "invitation", "draft")
    return {name: table(house, name) for name in (*names, "submission", "comment", "snapshot", "audit_event")}


def test_an_invitation_and_what_was_sent_share_nothing_but_assessment_and_party(house: House) -> None:
    made = opened(house)
    house.send(house.link(made), comments={"oq-gesprek": WORDS})
    invitation = next(row for row in table(house, "invitation") if row["email"] == address("wonen"))
    tied = {str(value) for name, value in invitation.items() if name not in ("assessment_id", "party_key")}
    for row in (*table(house, "submission"), *table(house, "comment")):
        sent = {str(value) for name, value in row.items() if name not in ("assessment_id", "party_key")}
        assert not tied & sent


def test_comments_and_answers_of_one_person_do_not_name_each_other(house: House) -> None:
    made = opened(house)
    house.send(house.link(made), comments={"oq-gesprek": WORDS})
    submission, comment = table(house, "submission")[0], table(house, "comment")[0]
    assert submission["id"] != comment["id"]
    assert submission["receipt_hash"] != comment["author_hash"]


def test_the_hash_of_a_receipt_cannot_be_made_from_what_is_stored(house: House) -> None:
    made = opened(house)
    code = house.send(house.link(made), comments={"oq-gesprek": WORDS})
    rows = everything(house)
    stored = {str(v) for name in ("invitation", "submission", "comment") for row in rows[name] for v in row.values()}
    hashes = {rows["submission"][0]["receipt_hash"], rows["comment"][0]["author_hash"]}
    for one, other in product([*stored, "", "submission", "comments"], repeat=2):
        for joined in (one + other, f"{one}:{other}", f"submission:{one}:{other}", f"comments:{one}:{other}"):
            assert hashlib.sha256(joined.encode()).hexdigest() not in hashes
    plain = plain_receipt(code) or ""
    invitation = next(row["id"] for row in rows["invitation"] if row["email"] == address("wonen"))
    assert set(receipt_hashes(invitation, plain)) == hashes, "with the code it is theirs"
    assert plain not in str(rows)
    assert code not in str(rows)


def test_a_send_leaves_no_instant(house: House) -> None:
    made = opened(house)
    token = house.link(made)
    house.fill_in(token)
    house.clock.pass_by(days=3, hours=5, minutes=13)
    before = everything(house)
    house.submit(token)
    after = everything(house)
    changed = {name for name in after if before[name] != after[name]}
    assert changed == {"invitation", "draft", "submission"}
    for name in changed:
        assert f"{house.clock.now:%Y-%m-%d}" not in str(after[name])
        assert f"{int(house.clock.now.timestamp())}"[:6] not in str(after[name])
    columns = {column for name in ("invitation", "submission", "comment") for row in after[name] for column in row}
    assert not {column for column in columns if column.endswith(("_at", "_on"))}


def test_rows_lie_in_an_order_that_does_not_follow_the_order_of_sending(house: House) -> None:
    """Physical order is that of ids, and ids are chance: two orders of sending leave the same picture."""
    made = opened(house)
    for number in range(12, 0, -1):
        house.send(house.link(made, "wonen", number))
    before = {row["id"] for row in table(house, "submission")}
    house.close(made)
    place = "ctid" if not house.workshop.database.is_sqlite else "id"
    for name in ("submission", "invitation"):
        ids = [row[0] for row in house.stored(f"SELECT id FROM {name} ORDER BY {place}")]  # noqa: S608
        assert ids == sorted(ids)
        assert [row["id"] for row in table(house, name)] == ids
    after = {row["id"] for row in table(house, "submission")}
    assert len(after) == 12
    assert not before & after, "an id from before closing would tell in which order it was first written"


def test_after_closing_one_transaction_wrote_every_row(house: House, kind: str) -> None:
    """PostgreSQL keeps with each row which transaction wrote it; closing leaves one and the same."""
    made = opened(house)
    for number in range(1, 6):
        house.send(house.link(made, "wonen", number), comments={"oq-gesprek": WORDS})
    house.close(made)
    if kind == "postgresql":
        for name in ("invitation", "submission", "comment"):
            assert len(house.stored(f"SELECT DISTINCT xmin::text FROM {name}")) == 1  # noqa: S608
    assert house.number_of("comment") == 5


def test_sqlite_keeps_no_order_of_its_own(house: House, sqlite_file: Path) -> None:
    made = house.closed()
    assert made
    with sqlite3.connect(sqlite_file) as connection:
        for name in ("submission", "comment", "invitation"):
            with pytest.raises(sqlite3.OperationalError, match="rowid"):
                connection.execute(f"SELECT rowid FROM {name}")  # noqa: S608


def test_the_raw_file_holds_nothing_of_the_way_there(house: House, sqlite_file: Path) -> None:
    """Ids of before, receipt codes, drafts and withdrawn words are in no byte of file, log or index."""
    made = opened(house)
    unsent = house.link(made, "dienst", 6)
    house.fill_in(unsent, comments={"oq-gesprek": OTHER})
    codes = [house.send(house.link(made, "wonen", n), comments={"oq-gesprek": WORDS}) for n in range(1, 13)]
    link = house.link(made, "wonen", 12)
    with house.work() as work:
        responding.withdraw(work, link, codes[-1])
    gone = [row["id"] for name in ("submission", "comment") for row in table(house, name)]
    gone += codes + [plain_receipt(code) or "" for code in codes]
    gone += list(house.links(made).values())
    gone.append(OTHER)
    house.close(made)
    one_round(house.workshop, house.clock)
    for name, bytes_ in raw(sqlite_file).items():
        found = [word for word in gone if word.encode() in bytes_]
        assert not found, f"{name} still holds {found[:3]}"
    assert sum(b.count(WORDS.encode()) for b in raw(sqlite_file).values()) == 11


def test_the_log_of_sqlite_holds_nobody_after_closing(house: House, sqlite_file: Path) -> None:
    house.closed()
    log = sqlite_file.with_name(sqlite_file.name + "-wal")
    assert b"ministerie.example" in log.read_bytes()
    one_round(house.workshop, house.clock)
    assert b"ministerie.example" not in log.read_bytes()


def files(house: House) -> dict[str, bytes]:
    """What the database left on the disk, by table on PostgreSQL."""
    database = house.workshop.database
    if database.is_sqlite:
        return raw(Path(str(database.url.database)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
        found = connection.exec_driver_sql(
            "SELECT relname, pg_relation_filepath(oid) FROM pg_class"
            " WHERE relkind IN ('r', 't', 'i') AND relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace)"
        ).all()
    return {name: (folder / path).read_bytes() for name, path in found if path and (folder / path).exists()}


def where(house: House, *words: str) -> dict[str, list[str]]:
    """The files that hold one of these words."""
    found = {name: [word for word in words if word.encode() in bytes_] for name, bytes_ in files(house).items()}
    return {name: held for name, held in found.items() if held}


def test_a_reminder_that_waits_at_closing_does_not_stay_to_tell_who_had_not_sent(house: House) -> None:
    made = house.opened()
    house.send(house.link(made, "wonen", 1))
    with house.work() as work:
        posting.remind(work, house.commissioner, made.id)
    letters = [row["id"] for row in table(house, "outbox") if row["kind"] == "reminder"]
    assert len(letters) == 14
    house.close(made)
    assert house.number_of("outbox") == 0
    one_round(house.workshop, house.clock)
    assert where(house, *letters) == {}


def test_what_was_erased_is_in_no_file(house: House) -> None:
    made = house.closed()
    words = [row["hash"] for row in table(house, "snapshot")] + [row["email"] for row in table(house, "invitation")]
    one_round(house.workshop, house.clock)
    assert set(where(house, *words)) & {"snapshot", "rolvast.db"}
    with house.work() as work:
        erasing.erase_by_hand(work, house.commissioner, made.id)
    one_round(house.workshop, house.clock)
    assert where(house, *words) == {}


def test_whose_address_was_forgotten_is_in_no_file(house: House) -> None:
    made = house.closed()
    addresses = [row["email"] for row in table(house, "invitation")]
    assert made.closes_on is not None
    house.clock.pass_by(days=40)
    one_round(house.workshop, house.clock)
    assert where(house, *addresses) == {}


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
@pytest.mark.parametrize(
    "begin", ["SELECT pg_current_xact_id()", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1"]
)
def test_somebody_who_still_sees_what_was_there_before_keeps_no_trace_alive(house: House, begin: str) -> None:
    """Rewriting a table keeps what an older transaction may still see, whatever that one looks at."""
    made = opened(house)
    invitation = next(row["id"] for row in table(house, "invitation") if row["email"] == address("wonen"))
    with house.workshop.database.engine.connect() as other:
        for statement in begin.split("; "):
            other.exec_driver_sql(statement)
        house.send(house.link(made), comments={"oq-gesprek": WORDS})
        old = [row["id"] for row in table(house, "submission")]
        house.close(made)
        assert not house.workshop.wipe_traces()
        other.rollback()
    one_round(house.workshop, house.clock)
    left = where(house, *old, invitation)
    assert "draft" not in left
    assert "submission" not in left


def test_whoever_keeps_traces_alive_for_an_hour_is_told_of(house: House, caplog: pytest.LogCaptureFixture) -> None:
    opened(house)
    with house.workshop.database.transaction(write=False) as other:
        other.exec_driver_sql("SELECT count(*) FROM outbox").all()
        with house.work() as work:
            work.leave_traces()
        told = []
        for _ in range(5):
            one_round(house.workshop, house.clock)
            house.clock.pass_by(minutes=30)
            told.append(caplog.text.count("stay in the files"))
    assert told == [0, 0, 1, 1, 2]
    one_round(house.workshop, house.clock)
    assert house.number_of("trace") == 0


def test_any_process_wipes_what_another_one_left(house: House, database_url: str) -> None:
    """One that serves and closed, or a command that erased and ended: whoever keeps house comes after it."""
    made = opened(house)
    house.send(house.link(made), comments={"oq-gesprek": WORDS})
    old = [row["id"] for row in table(house, "submission")]
    other = Workshop(Database(database_url), house.workshop.catalogue, SECRET, Chance("other"))
    one_round(other, house.clock)
    house.close(made)
    assert where(house, *old)
    one_round(other, house.clock)
    assert where(house, *old) == {}
    other.database.close()


def test_in_the_raw_file_no_person_lies_beside_an_answer(house: House, sqlite_file: Path) -> None:
    """Within reach of a submission's bytes there is no address, id, token or instant."""
    made = opened(house)
    house.everyone_sends(made)
    people = [
        str(v) for row in table(house, "invitation") for k, v in row.items() if k in ("id", "email", "token_hash")
    ]
    house.close(made)
    one_round(house.workshop, house.clock)
    whole = sqlite_file.read_bytes()
    page = int.from_bytes(whole[16:18], "big")
    instants = [f"{NOW:%Y-%m-%d}", str(int(NOW.timestamp()))[:8]]
    for row in table(house, "submission"):
        for word in (row["id"], row["receipt_hash"]):
            start = whole.find(word.encode())
            while start >= 0:
                around = whole[start // page * page : (start // page + 1) * page]
                assert not [word for word in (*people, *instants) if word.encode() in around]
                start = whole.find(word.encode(), start + 1)


def test_a_reader_who_looks_on_while_it_closes_keeps_no_trace_alive(house: House, sqlite_file: Path) -> None:
    """The rewriting is not silently left out: the worker's next round does it."""
    made = opened(house)
    house.send(house.link(made), comments={"oq-gesprek": WORDS})
    old = [row["id"] for row in table(house, "submission")]
    with house.workshop.database.transaction(write=False) as looking:
        looking.exec_driver_sql("SELECT count(*) FROM submission").all()
        house.close(made)
    one_round(house.workshop, house.clock)
    assert not [name for name, bytes_ in raw(sqlite_file).items() if any(i.encode() in bytes_ for i in old)]


def test_after_closing_nothing_tells_who_sent_or_whom_somebody_judged(house: House) -> None:
    """Whom a person was told to judge equals which answers are there: it must not stay beside the name."""
    made = house.opened(FAN_PEOPLE, FAN)
    with house.work() as work:
        assigned = [
            (line, [f"apart-{line}@ministerie.example", "", "dienst", pair])
            for line, pair in enumerate(("wonen|natuur", "natuur|arbeid", "wonen|arbeid"), start=1)
        ]
        commissioning.add_people(work, house.commissioner, made.id, assigned)
    for number, token in enumerate(house.links(made).values()):
        if number % 3:
            house.send(token)
    house.close(made)
    rows = table(house, "invitation")
    assert {str(row["judges"]) for row in rows} <= {"[]"}
    assert {row["state"] for row in rows} == {"invited"}
    assert {bool(row["statement_confirmed"]) for row in rows} == {False}
