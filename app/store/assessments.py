"""Owns the queries about constellations, assessments and their parties; each is scoped to an office."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, insert, or_, select, update

from app.domain.assessment import Assessment, Post, Purpose, State
from app.domain.constellation import Party
from app.domain.parameters import Parameters, read_parameters
from app.store import tables
from app.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class ConstellationOf:
    """A constellation as an office keeps it, over its waves."""

    id: str
    office: str
    name: str
    instrument: str


#: What stands in the row of an assessment and is no part of what most work needs.
_READ_APART = ("promise", "reminded_on", "compared_with", "members_who_took_part")
ASSESSMENT = (
    select(
        *(column for column in tables.assessment.columns if column.name not in _READ_APART),
        tables.constellation.c.office_id,
        tables.constellation.c.instrument_id,
        tables.office.c.name.label("office_name"),
    )
    .join(tables.constellation, tables.constellation.c.id == tables.assessment.c.constellation_id)
    .join(tables.office, tables.office.c.id == tables.constellation.c.office_id)
)
_BY_ID = Prepared(ASSESSMENT.where(tables.assessment.c.id == bindparam("identifier")))
_OF_OFFICE = ASSESSMENT.where(
    tables.constellation.c.office_id == bindparam("office"), tables.assessment.c.id == bindparam("identifier")
)


def parties_of(
    those: Callable[[ColumnElement[str]], ColumnElement[bool]], *, counted: bool
) -> Select[*tuple[Any, ...]]:
    """The parties of assessments in order, each with everyone who was ever invited as it was counted at closing, and
    with its assessment.

    `those`: which assessments, said of a column with their ids. `counted`: before closing too, when addresses that no
    letter reaches are still among them, which takes time that grows with the people; otherwise it is 0 until then.
    """
    party, invitation = tables.party.c, tables.invitation.c
    people = (
        select(invitation.assessment_id, invitation.party_key, func.count().label("people"))
        .where(those(invitation.assessment_id))
        .group_by(invitation.assessment_id, invitation.party_key)
        .subquery()
    )
    invited = func.coalesce(party.invited_at_closing, *((people.c.people,) if counted else ()), 0)
    found = select(party.key, party.role, party.name, party.voice, invited, party.changed, party.assessment_id)
    if counted:
        same = and_(people.c.assessment_id == party.assessment_id, people.c.party_key == party.key)
        found = found.outerjoin(people, same)
    return found.where(those(party.assessment_id)).order_by(party.place)


def _this_one(assessment: ColumnElement[str]) -> ColumnElement[bool]:
    return assessment == bindparam("identifier")


_PARTIES = Prepared(parties_of(_this_one, counted=False))
_COUNTED_PARTIES = Prepared(parties_of(_this_one, counted=True))


def _params(raw: dict[str, Any]) -> Parameters:
    return _read_params(json.dumps(raw))


@lru_cache(maxsize=256)
def _read_params(stored: str) -> Parameters:
    """Parameters from what was stored; each is read once, for they change with no answer that comes in."""
    raw = json.loads(stored)
    return read_parameters(raw, list(raw.get("ambition", {})))


class Assessments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    # --- constellations ---

    def add_constellation(self, constellation: ConstellationOf) -> None:
        self._connection.execute(
            insert(tables.constellation).values(
                id=constellation.id,
                office_id=constellation.office,
                name=constellation.name,
                instrument_id=constellation.instrument,
            )
        )

    def rename_constellation(self, identifier: str, name: str) -> None:
        self._connection.execute(
            update(tables.constellation).where(tables.constellation.c.id == identifier).values(name=name)
        )

    def constellation(self, office: str, identifier: str, *, lock: bool = False) -> ConstellationOf | None:
        """A constellation of this office. `lock`: nobody else adds a wave to it until this transaction ends."""
        query = select(
            tables.constellation.c.id,
            tables.constellation.c.office_id,
            tables.constellation.c.name,
            tables.constellation.c.instrument_id,
        ).where(tables.constellation.c.office_id == office, tables.constellation.c.id == identifier)
        if lock and not self._is_sqlite:
            query = query.with_for_update()
        row = self._connection.execute(query).one_or_none()
        return ConstellationOf(*row) if row else None

    def constellations(self, office: str) -> list[ConstellationOf]:
        """The constellations of an office in its own order, and by name where it chose none."""
        constellation = tables.constellation.c
        rows = self._connection.execute(
            select(constellation.id, constellation.office_id, constellation.name, constellation.instrument_id)
            .where(constellation.office_id == office)
            .order_by(constellation.place, constellation.name, constellation.id)
        )
        return [ConstellationOf(*row) for row in rows]

    def set_order(self, identifiers: Sequence[str]) -> None:
        for place, identifier in enumerate(identifiers):
            self._connection.execute(
                update(tables.constellation).where(tables.constellation.c.id == identifier).values(place=place)
            )

    # --- assessments ---

    def find(self, office: str, identifier: str) -> Assessment | None:
        row = self._connection.execute(_OF_OFFICE, {"office": office, "identifier": identifier}).one_or_none()
        return self._assessment(row) if row else None

    def of_link(self, identifier: str) -> Assessment:
        """The assessment that a reader link or a letter is about; its parties are not counted before closing."""
        row = _BY_ID.row(self._connection, identifier=identifier)
        return self._assessment(row, counted=False)

    def lock_for_change(self, office: str, identifier: str) -> Assessment | None:
        """The assessment, held so that no answer comes in and no other change is made until this transaction ends."""
        query = _OF_OFFICE if self._is_sqlite else _OF_OFFICE.with_for_update(of=tables.assessment)
        row = self._connection.execute(query, {"office": office, "identifier": identifier}).one_or_none()
        return self._assessment(row) if row else None

    def of_office(self, office: str) -> list[Assessment]:
        """All assessments of an office: by constellation, newest wave first."""
        rows = self._connection.execute(
            ASSESSMENT.where(tables.constellation.c.office_id == office).order_by(
                tables.constellation.c.name, tables.constellation.c.id, tables.assessment.c.wave.desc()
            )
        ).all()
        return [self._assessment(row) for row in rows]

    def of_constellation(self, constellation: str) -> list[Assessment]:
        """The waves of a constellation, oldest first."""
        rows = self._connection.execute(
            ASSESSMENT.where(tables.assessment.c.constellation_id == constellation).order_by(tables.assessment.c.wave)
        ).all()
        return [self._assessment(row) for row in rows]

    def newest_of_office(
        self, office: str, after: tuple[datetime, str] | None, most: int
    ) -> list[tuple[datetime, Assessment]]:
        """Assessments of an office with the instant of their making, newest first. `after`: (instant, id) of one."""
        made_at, identifier = tables.assessment.c.created_at, tables.assessment.c.id
        query = ASSESSMENT.where(tables.constellation.c.office_id == office)
        if after:
            query = query.where(or_(made_at < after[0], and_(made_at == after[0], identifier > after[1])))
        rows = self._connection.execute(query.order_by(made_at.desc(), identifier).limit(most)).all()
        return [(row.created_at, self._assessment(row)) for row in rows]

    def earlier_wave(self, assessment: Assessment) -> str | None:
        """The id of the newest released wave before this one: what is not released is compared with nothing."""
        return self._connection.scalar(
            select(tables.assessment.c.id)
            .where(
                tables.assessment.c.constellation_id == assessment.constellation,
                tables.assessment.c.wave < assessment.wave,
                tables.assessment.c.state == "released",
            )
            .order_by(tables.assessment.c.wave.desc())
            .limit(1)
        )

    def drop(self, assessment: Assessment) -> None:
        """A draft that was thrown away, and its constellation when this was all there was of it."""
        self._connection.execute(delete(tables.party).where(tables.party.c.assessment_id == assessment.id))
        self._connection.execute(delete(tables.assessment).where(tables.assessment.c.id == assessment.id))
        if not self.newest_wave(assessment.constellation):
            self._connection.execute(
                delete(tables.constellation).where(tables.constellation.c.id == assessment.constellation)
            )

    def everywhere(self, *states: State) -> list[Assessment]:
        """Assessments of all offices in these states: for the service's own housekeeping."""
        rows = self._connection.execute(ASSESSMENT.where(tables.assessment.c.state.in_(states))).all()
        return [self._assessment(row) for row in rows]

    def per_state(self) -> dict[str, int]:
        """How many assessments of all offices there are in each state."""
        state = tables.assessment.c.state
        rows = self._connection.execute(select(state, func.count()).group_by(state)).all()
        return {row[0]: row[1] for row in rows}

    def set_reminded(self, identifier: str, day: date) -> bool:
        """Note the day on which reminders go out; False when they did already on this day or a later one.

        Later: a clock that was ahead and went back does not remind twice.
        """
        column = tables.assessment.c.reminded_on
        done = self._connection.execute(
            update(tables.assessment)
            .where(tables.assessment.c.id == identifier, column.is_(None) | (column < day))
            .values(reminded_on=day)
        )
        return done.rowcount == 1

    def blank(self, identifier: str) -> None:
        """Take out what was personal about an erased assessment."""
        self._connection.execute(
            update(tables.assessment)
            .where(tables.assessment.c.id == identifier)
            .values(
                state="erased",
                purpose="",
                letter_message="",
                reminder_message="",
                legal_basis="",
                contact_name="",
                contact_email="",
                promise={},
                members_who_took_part=None,
            )
        )

    def states(self, identifiers: Collection[str]) -> dict[str, str]:
        """The states of these assessments, as far as there are such."""
        assessment = tables.assessment.c
        found = select(assessment.id, assessment.state).where(assessment.id.in_(identifiers))
        return {row.id: row.state for row in self._connection.execute(found)}

    def newest_wave(self, constellation: str) -> int:
        found = self._connection.scalar(
            select(func.max(tables.assessment.c.wave)).where(tables.assessment.c.constellation_id == constellation)
        )
        return found or 0

    def add(self, assessment: Assessment, now: datetime) -> None:
        self._connection.execute(
            insert(tables.assessment).values(
                id=assessment.id,
                constellation_id=assessment.constellation,
                wave=assessment.wave,
                instrument_version=assessment.instrument[1],
                state=assessment.state,
                promise={},
                created_at=now,
                **_columns(assessment),
            )
        )
        self.set_parties(assessment.id, assessment.parties)

    def change(self, assessment: Assessment) -> None:
        """Write the texts, dates and parameters of an assessment as they now are."""
        self._connection.execute(
            update(tables.assessment).where(tables.assessment.c.id == assessment.id).values(**_columns(assessment))
        )

    def set_archived(self, identifier: str, archived: bool) -> None:  # noqa: FBT001 - the column itself
        self._connection.execute(
            update(tables.assessment).where(tables.assessment.c.id == identifier).values(archived=archived)
        )

    def move(self, identifier: str, before: State, after: State) -> bool:
        """Change the state; False when it was no longer `before`."""
        done = self._connection.execute(
            update(tables.assessment)
            .where(tables.assessment.c.id == identifier, tables.assessment.c.state == before)
            .values(state=after)
        )
        return done.rowcount == 1

    def keep_promise(self, identifier: str, promise: dict[str, object]) -> None:
        """What respondents are promised, frozen at opening."""
        self._connection.execute(
            update(tables.assessment).where(tables.assessment.c.id == identifier).values(promise=promise)
        )

    def promise(self, identifier: str) -> dict[str, object]:
        return cast(
            dict[str, object],
            self._connection.scalar(select(tables.assessment.c.promise).where(tables.assessment.c.id == identifier)),
        )

    def set_parties(self, identifier: str, parties: Sequence[Party]) -> None:
        self._connection.execute(delete(tables.party).where(tables.party.c.assessment_id == identifier))
        if parties:
            self._connection.execute(
                insert(tables.party),
                [
                    {
                        "assessment_id": identifier,
                        "key": party.key,
                        "place": place,
                        "role": party.role,
                        "name": party.name,
                        "voice": party.voice,
                        "changed": False,
                    }
                    for place, party in enumerate(parties)
                ],
            )

    def _assessment(self, row: Any, *, counted: bool = True) -> Assessment:
        return assessment_of(row, self._parties(row.id, counted=counted))

    def _parties(self, identifier: str, *, counted: bool) -> list[Any]:
        return (_COUNTED_PARTIES if counted else _PARTIES).rows(self._connection, identifier=identifier)

    def mark_changed(self, identifier: str, parties: Collection[str]) -> None:
        """The lists of these parties changed after opening."""
        self._connection.execute(
            update(tables.party)
            .where(tables.party.c.assessment_id == identifier, tables.party.c.key.in_(parties))
            .values(changed=True)
        )

    def keep_invited(self, identifier: str, counts: Mapping[str, int]) -> None:
        """How many were invited per party, as closing counted them."""
        for key, count in counts.items():
            self._connection.execute(
                update(tables.party)
                .where(tables.party.c.assessment_id == identifier, tables.party.c.key == key)
                .values(invited_at_closing=count)
            )

    def keep_compared(self, identifier: str, earlier: str | None) -> None:
        self._connection.execute(
            update(tables.assessment).where(tables.assessment.c.id == identifier).values(compared_with=earlier)
        )

    def compared_with(self, identifier: str) -> str | None:
        """The earlier wave that the snapshot was compared with."""
        return self._connection.scalar(
            select(tables.assessment.c.compared_with).where(tables.assessment.c.id == identifier)
        )


def assessment_of(row: Any, parties: Iterable[Any]) -> Assessment:
    """An assessment from a row of `ASSESSMENT` and rows of its parties, in order."""
    return Assessment(
        id=row.id,
        office=row.office_id,
        office_name=row.office_name,
        constellation=row.constellation_id,
        wave=row.wave,
        instrument=(row.instrument_id, row.instrument_version),
        label_set=row.label_set,
        title=row.title,
        about=Purpose(row.purpose, row.legal_basis, row.contact_name, row.contact_email),
        closes_on=row.closes_on,
        retention_on=row.retention_on,
        state=row.state,
        params=_params(row.params),
        parties=tuple(Party(*party) for *party, _ in parties),
        post=Post(row.letter_message, row.reminder_message, tuple(row.reminder_days)),
        archived=row.archived,
    )


def _columns(assessment: Assessment) -> dict[str, object]:
    return {
        "label_set": assessment.label_set,
        "title": assessment.title,
        "purpose": assessment.about.purpose,
        "legal_basis": assessment.about.legal_basis,
        "contact_name": assessment.about.contact_name,
        "contact_email": assessment.about.contact_email,
        "closes_on": assessment.closes_on,
        "retention_on": assessment.retention_on,
        "params": assessment.params.as_json(),
        "letter_message": assessment.post.message,
        "reminder_message": assessment.post.reminder_message,
        "reminder_days": list(assessment.post.reminder_days),
    }
