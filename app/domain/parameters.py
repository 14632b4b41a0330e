"""Owns the parameters of an assessment: fixed when it opens, never below the floors of scoring.md §0."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction

from app.domain.problems import Fault, InvalidInput, fault

#: key → (floor, highest that makes sense). Whole numbers, but for `min_response`, a share.
_LIMITS: dict[str, tuple[Fraction, Fraction]] = {
    "k_party": (Fraction(4), Fraction(100)),
    "k_cell": (Fraction(4), Fraction(100)),
    "min_response": (Fraction(2, 5), Fraction(1)),
    "k_target": (Fraction(3), Fraction(100)),
    "k_detail": (Fraction(8), Fraction(1000)),
    "k_distribution": (Fraction(10), Fraction(1000)),
    "s_min": (Fraction(5), Fraction(50)),
    "sd_step": (Fraction(10), Fraction(50)),
}
CUTS = (5, 10, 20)
#: Party sizes are exact from here; below, only the band "k_party–9" (scoring.md §7.7).
EXACT_SIZE_FROM = 10
_DECIMAL = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every threshold that scoring and disclosure use. Points are on the scale 0–100."""

    k_party: int = 5
    k_cell: int = 4
    min_response: Fraction = Fraction(2, 5)
    k_target: int = 3
    k_detail: int = 8
    k_distribution: int = 10
    s_min: int = 5
    sd_step: int = 10
    ambition: Mapping[str, Fraction] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The spelling of the score document (scoring.md §12)."""
        return {
            "k_party": self.k_party,
            "k_cell": self.k_cell,
            "min_response": float(self.min_response),
            "k_target": self.k_target,
            "k_detail": self.k_detail,
            "k_distribution": self.k_distribution,
            "cuts": list(CUTS),
            "s_min": self.s_min,
            "sd_step": self.sd_step,
            "ambition": {theme: _number(points) for theme, points in self.ambition.items()},
        }


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def read_parameters(
    raw: Mapping[str, object], themes: Collection[str], *, exact: bool = False, where: str = "params"
) -> Parameters:
    """Parameters from JSON or a form; what is left out takes its default.

    `exact` allows `s_min = 0` and `sd_step = 0`, for verification only. Raises InvalidInput with every fault:
    an unknown key, something that is no number, a value below its floor, an ambition outside 0–100.
    """
    faults: list[Fault] = []
    known = {f.name for f in fields(Parameters)}
    values: dict[str, int | Fraction] = {}
    for key, given in raw.items():
        if key == "cuts":
            if given != list(CUTS):
                faults.append(
                    fault(
                        f"{where}.cuts",
                        "De grenzen zijn vast: [5, 10, 20].",
                        "The cuts are fixed: [5, 10, 20].",
                    )
                )
        elif key not in known:
            faults.append(
                fault(
                    f"{where}.{key}",
                    "Deze parameter bestaat niet. Bekend zijn: {known}.",
                    "This parameter does not exist. Known are: {known}.",
                    known=", ".join(sorted({*known, "cuts"})),
                )
            )
        elif key != "ambition":
            value, wrong = _limited(key, given, exact=exact, where=f"{where}.{key}")
            values[key] = value
            faults += wrong
    ambition, wrong = _read_ambition(raw.get("ambition", {}), themes, f"{where}.ambition")
    faults += wrong
    if faults:
        raise InvalidInput(faults)
    whole = {key: int(value) for key, value in values.items() if key != "min_response"}
    return Parameters(**whole, min_response=Fraction(values.get("min_response", Fraction(2, 5))), ambition=ambition)


def _fraction(given: object) -> Fraction | None:
    """A JSON number as it was written: 0.4 is 2/5, not the nearest binary float. None when it is no plain decimal."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    if isinstance(given, int) and abs(given) >= 10**6:
        return None
    written = str(given).strip()
    return Fraction(written) if _DECIMAL.fullmatch(written) else None


def _limited(key: str, given: object, *, exact: bool, where: str) -> tuple[Fraction, list[Fault]]:
    floor, most = _LIMITS[key]
    if exact and key in ("s_min", "sd_step"):
        floor = Fraction(0)
    value = _fraction(given)
    usable = value is not None and floor <= value <= most and (key == "min_response" or value.denominator == 1)
    if usable and value is not None:
        return value, []
    return floor, [
        fault(
            where,
            "'{given}' kan niet: het moet een getal zijn van {floor} tot en met {most}.",
            "'{given}' cannot be used: it must be a number from {floor} to {most}.",
            given=str(given)[:40],
            floor=str(_number(floor)),
            most=str(_number(most)),
        )
    ]


def _read_ambition(raw: object, themes: Collection[str], where: str) -> tuple[dict[str, Fraction], list[Fault]]:
    if not isinstance(raw, Mapping):
        return {}, [
            fault(
                where,
                "De ambitie moet per thema een getal zijn, bijvoorbeeld {example}.",
                "The ambition must be a number per theme, such as {example}.",
                example='{"leren": 75}',
            )
        ]
    faults: list[Fault] = []
    ambition: dict[str, Fraction] = {}
    for theme, given in raw.items():
        points = _fraction(given)
        if theme not in themes:
            faults.append(
                fault(
                    f"{where}.{theme}",
                    "Dit thema bestaat niet. Bekend zijn: {known}.",
                    "This theme does not exist. Known are: {known}.",
                    known=", ".join(themes),
                )
            )
        elif points is None or not 0 <= points <= 100:
            faults.append(
                fault(
                    f"{where}.{theme}",
                    "'{given}' kan niet als ambitie: schrijf een getal van 0 tot en met 100, zoals 72,5.",
                    "'{given}' cannot be an ambition: write a number from 0 to 100, such as 72.5.",
                    given=str(given)[:40],
                )
            )
        else:
            ambition[theme] = points
    return dict(sorted(ambition.items(), key=lambda pair: list(themes).index(pair[0]))), faults
