"""Owns scoring.md §7–8: which figures may be shown, and why the others may not. Nothing hidden leaves this module."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Literal

import numpy as np

from app.domain.constellation import POOL_PREFIX, Constellation, Party
from app.domain.estimate import BlockScores, Cell, Codes, half_up, score_block
from app.domain.instrument import Instrument
from app.domain.parameters import EXACT_SIZE_FROM, Parameters

Reason = Literal["not_asked", "version", "party_small", "response_low", "target_small", "cell_small", "audit"]
#: A hidden figure carries the first of these that holds; a derived one the first of its components (§7.7).
REASONS: tuple[Reason, ...] = (
    "not_asked",
    "version",
    "party_small",
    "response_low",
    "target_small",
    "cell_small",
    "audit",
)
LITTLE_SIGHT_FROM = Fraction(3, 10)


def first_reason(reasons: Iterable[Reason]) -> Reason:
    return min(reasons, key=REASONS.index)


@dataclass(frozen=True)
class Standing:
    """What may be said about one party. `reason` is None when its cells may be shown.

    `sources`: the keys of the parties whose people it holds: itself, or the hidden ones that it pools.
    """

    party: Party
    sources: tuple[str, ...]
    respondents: int
    reason: Reason | None

    @property
    def pooled(self) -> bool:
        return self.sources != (self.party.key,)

    def size_and_response(self, k_party: int) -> tuple[str | None, str | None]:
        """Respondents and response in percent as published (§7.7); None for a hidden party and for a statement.

        From ten respondents the number and the nearest 5 %; below, only the bands.
        """
        if self.reason is not None or self.party.attributed:
            return None, None
        share = Fraction(self.respondents, self.party.invited)
        if self.respondents >= EXACT_SIZE_FROM:
            return str(self.respondents), str(5 * half_up(share * 20))
        return f"{k_party}–{EXACT_SIZE_FROM - 1}", response_band(share)


def response_band(share: Fraction) -> str:
    """The response of a small party, as wide as §7.7 asks."""
    if share >= Fraction(4, 5):
        return "80–100"
    return "60–79" if share >= Fraction(3, 5) else "40–59"


@dataclass(frozen=True)
class Disclosure:
    """The verdict on every base cell of one assessment, made once at closing.

    `blocks` holds every cell's scores, hidden ones too, and never leaves the domain; `reasons` says why a cell is
    hidden, None when it may be shown.
    """

    standings: tuple[Standing, ...]
    blocks: Mapping[Cell, BlockScores]
    reasons: Mapping[Cell, Reason | None]
    little_sight: frozenset[Cell]

    def shown(self, party: str) -> dict[Cell, BlockScores]:
        return {
            cell: block for cell, block in self.blocks.items() if cell.party == party and self.reasons[cell] is None
        }

    def without(self, cells: Iterable[Cell]) -> "Disclosure":
        """The same, with these cells withdrawn by the audit."""
        withdrawn: dict[Cell, Reason | None] = dict.fromkeys(cells, "audit")
        return Disclosure(self.standings, self.blocks, {**self.reasons, **withdrawn}, self.little_sight)


def disclose(constellation: Constellation, params: Parameters, sheets: Mapping[str, Codes]) -> Disclosure:
    """Rules 1–3 of §7 with the pools and statements, from every party's packed answers (people × ratings)."""
    blocks: dict[Cell, BlockScores] = {}
    standings: list[Standing] = []
    for party in constellation.parties:
        own = _blocks_of(constellation, party, party.key, sheets[party.key])
        blocks |= own
        respondents = _people_with_a_score(own)
        standings.append(Standing(party, (party.key,), respondents, _party_reason(party, respondents, params)))
    for role, hidden in _hidden_groups(constellation.instrument, standings):
        pool, own = _pooled(constellation, role, hidden, sheets)
        if _party_reason(pool.party, pool.respondents, params) is None:
            blocks |= own
            standings.append(pool)
    standing = {s.party.key: s for s in standings}
    # What a pool says beside what one of its parties says would tell of the others.
    pooled = {key for s in standings if s.pooled for key in s.sources}
    return Disclosure(
        standings=tuple(standings),
        blocks=blocks,
        reasons={cell: _cell_reason(cell, block, standing, params) for cell, block in blocks.items()},
        little_sight=frozenset(
            cell
            for cell, block in blocks.items()
            if cell.party not in pooled
            and block.sighted >= params.k_party
            and block.dont_know_rate >= LITTLE_SIGHT_FROM
        ),
    )


def _blocks_of(constellation: Constellation, party: Party, source: str, codes: Codes) -> dict[Cell, BlockScores]:
    """Every cell of a party, scored; `source` names the party under which the cells go."""
    steps = constellation.instrument.scale.steps
    blocks: dict[Cell, BlockScores] = {}
    start = 0
    for (theme, block, about), ratings in groupby(
        constellation.sheet(party), key=lambda rating: (rating.theme, rating.block, rating.about)
    ):
        items = [rating.item for rating in ratings]
        columns = codes[:, start : start + len(items)]
        start += len(items)
        blocks[Cell(theme, block, source, about)] = score_block(columns, steps, [item.reversed for item in items])
    return blocks


def _people_with_a_score(blocks: Mapping[Cell, BlockScores]) -> int:
    """Respondents of a party: people with at least one valid block (§7.1)."""
    if not blocks:
        return 0
    return int(np.count_nonzero(np.stack([block.present for block in blocks.values()]).any(axis=0)))


def _party_reason(party: Party, respondents: int, params: Parameters) -> Reason | None:
    if party.attributed:
        return None if respondents else "party_small"
    if respondents < params.k_party:
        return "party_small"
    return None if respondents >= params.min_response * party.invited else "response_low"


def _hidden_groups(instrument: Instrument, standings: Sequence[Standing]) -> list[tuple[str, list[Standing]]]:
    """Per role the hidden group parties, where there are two or more."""
    hidden = [s for s in standings if s.reason is not None and not s.party.attributed]
    per_role = [(role.key, [s for s in hidden if s.party.role == role.key]) for role in instrument.roles]
    return [(role, group) for role, group in per_role if len(group) > 1]


def _pooled(
    constellation: Constellation, role: str, hidden: Sequence[Standing], sheets: Mapping[str, Codes]
) -> tuple[Standing, dict[Cell, BlockScores]]:
    """One pooled party of the hidden parties of a role: each person weighs 1, and it is a source only."""
    name = constellation.instrument.role(role).pool_name
    party = Party(
        key=POOL_PREFIX + role,
        role=role,
        name=name.nl if name else POOL_PREFIX + role,
        invited=sum(s.party.invited for s in hidden),
        changed=any(s.party.changed for s in hidden),
    )
    codes = np.concatenate([sheets[s.party.key] for s in hidden])
    blocks = _blocks_of(constellation, hidden[0].party, party.key, codes)
    return Standing(party, tuple(s.party.key for s in hidden), _people_with_a_score(blocks), None), blocks


def _cell_reason(
    cell: Cell,
    block: BlockScores,
    standing: Mapping[str, Standing],
    params: Parameters,
) -> Reason | None:
    source = standing[cell.party]
    if source.reason is not None:
        return source.reason
    if cell.about is not None:
        target = standing[cell.about]
        # Only a statement that was really given, with its confirmation, lifts the protection of one or two people.
        agreed = target.party.attributed and target.reason is None
        if not agreed and target.party.invited < params.k_target:
            return "target_small"
    enough = 1 if source.party.attributed else params.k_cell
    return None if block.contributors >= enough else "cell_small"


# --- The rank audit (§7.5) --------------------------------------------------------------------------------------------

#: Above this many unions of atoms the audit gives up, and what it was asked about stays hidden.
MOST_UNIONS = 5000

Means = Mapping[str, Mapping[str, Fraction]]


class AuditGaveUp(Exception):
    """Too many unions to try: treat as a leak (fail closed)."""


def leaking_sets(means: Means, people: Mapping[str, frozenset[object]], k: int) -> list[frozenset[str]]:
    """The smallest sets of columns that published means give away about fewer than `k` people.

    `means`: per published figure its exact weight per column (a person's, or equal people's, answer to something).
    `people`: per column the distinct group people behind it; empty for a statement, which needs no protection.
    leak(S) ⇔ rank(M without the columns of S) < rank(M), for a union S of atoms with 0 < n(S) < k; identical columns
    are merged into atoms first. Raises AuditGaveUp above MOST_UNIONS unions.
    """
    columns = sorted({column for row in means.values() for column in row})
    vectors: dict[tuple[Fraction, ...], list[str]] = {}
    for column in columns:
        vector = tuple(Fraction(row.get(column, 0)) for row in means.values())
        vectors.setdefault(vector, []).append(column)
    atoms = [(frozenset(names), frozenset[object]().union(*(people[n] for n in names))) for names in vectors.values()]
    matrix = [list(vector) for vector in vectors]
    small = [place for place, (_, persons) in enumerate(atoms) if len(persons) < k]
    if not small:
        return []
    full = _rank(matrix)

    found: list[frozenset[int]] = []
    tried = 0
    waiting: list[tuple[frozenset[int], frozenset[object], int]] = [(frozenset(), frozenset(), 0)]
    for chosen, persons, start in waiting:
        for position in range(start, len(small)):
            place = small[position]
            union, together = chosen | {place}, persons | atoms[place][1]
            if len(together) >= k or any(leak <= union for leak in found):
                continue
            tried += 1
            if tried > MOST_UNIONS:
                raise AuditGaveUp
            if together and _rank([row for i, row in enumerate(matrix) if i not in union]) < full:
                found.append(union)
            else:
                waiting.append((union, together, position + 1))
    return [frozenset[str]().union(*(atoms[place][0] for place in leak)) for leak in found]


def _rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """Exact rank by elimination."""
    work = [list(row) for row in rows if any(row)]
    rank = 0
    for column in range(len(work[0]) if work else 0):
        pivot = next((i for i in range(rank, len(work)) if work[i][column]), None)
        if pivot is None:
            continue
        work[rank], work[pivot] = work[pivot], work[rank]
        for i in range(rank + 1, len(work)):
            if work[i][column]:
                factor = work[i][column] / work[rank][column]
                work[i] = [a - factor * b for a, b in zip(work[i], work[rank], strict=True)]
        rank += 1
    return rank


def unsafe_cells(disclosure: Disclosure, used: Iterable[Cell], params: Parameters) -> list[Cell]:
    """The structural audit of §7.5: cells that must not be published, none when all is well.

    Base cells that share no column cannot leak together, so it is enough that no person's block stands in two shown
    cells, that each shown group cell has enough people, and that every figure is built from shown cells only.
    """
    standings = {s.party.key: s for s in disclosure.standings}
    seen: dict[tuple[str, str, str, str | None], Cell] = {}
    unsafe: dict[Cell, None] = {}
    for cell, reason in disclosure.reasons.items():
        if reason is not None:
            continue
        standing = standings[cell.party]
        if not standing.party.attributed and disclosure.blocks[cell].contributors < params.k_cell:
            unsafe[cell] = None
        for source in standing.sources:
            column = (source, cell.theme, cell.block, cell.about)
            if column in seen:
                unsafe |= {cell: None, seen[column]: None}
            seen[column] = cell
    unsafe |= {cell: None for cell in used if disclosure.reasons.get(cell, "audit") is not None}
    return list(unsafe)
