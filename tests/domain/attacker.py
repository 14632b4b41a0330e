"""An attacker who knows everything but the answers: who filled in what, and every figure that was published.

Each published mean is a row of exact weights over answers. The attacker combines rows at will, and wins when some
combination is left with the answers of a few people only. Written apart from the audit in the product: it solves for
the combinations that cancel everybody in a crowd, and looks at what those combinations still hold.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

Column = Hashable
Person = Hashable
Row = Mapping[Column, Fraction]
Vector = dict[Hashable, Fraction]


@dataclass
class Knowledge:
    """Published means as rows over answers; `person_of` tells whose answer a column is.

    A column without a person belongs to somebody who needs no protection: the attacker knows it and subtracts it.
    """

    rows: list[Row]
    person_of: Mapping[Column, Person]


@dataclass(frozen=True)
class _Atom:
    """Answers that stand in every row in the same proportion: no combination can tell them apart."""

    people: frozenset[Person]
    vector: tuple[tuple[int, Fraction], ...]


def exposed_groups(knowledge: Knowledge, k: int) -> list[frozenset[Person]]:
    """The smallest groups of 1..k−1 people about whose answers alone some combination of the means says something."""
    atoms = _atoms(knowledge)
    small = [atom for atom in atoms if len(atom.people) < k]
    left = _without_crowds([atom for atom in atoms if len(atom.people) >= k], small)
    if not left:
        return []
    full = _rank(left)
    suspects = sorted({person for row in left for place in row for person in small[place].people}, key=repr)
    found: list[frozenset[Person]] = []
    for size in range(1, k):
        for chosen in combinations(suspects, size):
            group = frozenset(chosen)
            if any(smaller <= group for smaller in found):
                continue
            outside = [
                {place: weight for place, weight in row.items() if not small[place].people <= group} for row in left
            ]
            if _rank(outside) < full:
                found.append(group)
    return found


def _atoms(knowledge: Knowledge) -> list[_Atom]:
    columns: dict[Column, dict[int, Fraction]] = {}
    for number, row in enumerate(knowledge.rows):
        for column, weight in row.items():
            if column in knowledge.person_of and weight:
                columns.setdefault(column, {})[number] = weight
    merged: dict[tuple[tuple[int, Fraction], ...], set[Person]] = {}
    for column, weights in columns.items():
        first = next(iter(weights.values()))
        direction = tuple((number, weight / first) for number, weight in weights.items())
        merged.setdefault(direction, set()).add(knowledge.person_of[column])
    return [_Atom(frozenset(people), vector) for vector, people in merged.items()]


def _without_crowds(crowds: Sequence[_Atom], small: Sequence[_Atom]) -> list[Vector]:
    """What remains of the combinations in which every crowd cancels: rows over the places of the small atoms."""
    if not small:
        return []
    rows: dict[int, Vector] = {}
    for place, atom in enumerate(small):
        for number, weight in atom.vector:
            rows.setdefault(number, {})[place] = weight
    for place, atom in enumerate(crowds):
        for number, weight in atom.vector:
            rows.setdefault(number, {})["crowd", place] = weight
    work = list(rows.values())
    for place in range(len(crowds)):
        work = _eliminated(work, ("crowd", place))
    return [row for row in work if row]


def _eliminated(rows: Iterable[Vector], column: Hashable) -> list[Vector]:
    """The rows without `column`: one row that holds it is used up to clear it from the others."""
    rows = list(rows)
    pivot = next((row for row in rows if column in row), None)
    if pivot is None:
        return rows
    return [
        _minus(row, row[column] / pivot[column], pivot) if column in row else row for row in rows if row is not pivot
    ]


def _minus(row: Vector, factor: Fraction, pivot: Vector) -> Vector:
    mixed = {key: row.get(key, Fraction(0)) - factor * pivot.get(key, Fraction(0)) for key in {*row, *pivot}}
    return {key: weight for key, weight in mixed.items() if weight}


def _rank(rows: Sequence[Vector]) -> int:
    work = [row for row in rows if row]
    rank = 0
    while work:
        rank += 1
        work = [row for row in _eliminated(work, next(iter(work[0]))) if row]
    return rank
