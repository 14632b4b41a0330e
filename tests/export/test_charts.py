"""What a reader of the charts notices: numbers, reasons, names, and that nothing lies over anything else."""

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

import pytest

from app.export.charts import (
    Axis,
    Caption,
    Dumbbell,
    Figure,
    Group,
    Legend,
    Mark,
    Node,
    Row,
    Side,
    Triangle,
    dumbbell,
    pair_strip,
    strip_scale,
    triangle,
)
from app.export.charts.text import wrap

SVG = "{http://www.w3.org/2000/svg}"
CAPTION = Caption("c1", "De driehoek van DUO", "Drie rollen met hun scores. De tabel hieronder zegt hetzelfde.")
TOO_SMALL = "niet getoond: groep te klein"
LOW_RESPONSE = "niet getoond: te weinig mensen van deze partij gaven antwoord"
NAMES = (
    "Ministerie van Onderwijs – directie Voortgezet Onderwijs",
    "Ministerie van Sociale Zaken en Werkgelegenheid",
    "DG Bereikbaarheid",
    "Ministerie van Landbouw, Visserij, Voedselzekerheid en Natuur – directie Plantaardige Agroketens",
    "Inspectie",
    "Ministerie van Volksgezondheid – Geneesmiddelenvergoedingssysteem",
)
FIGURES = (
    Figure(63, 55, 75),
    Figure(95, 90, 100, "at_least"),
    Figure.hidden(TOO_SMALL),
    Figure(5, 0, 15, "at_most"),
    Figure(100),
    Figure.hidden(LOW_RESPONSE),
    Figure(48, 30, 70),
)

Rectangle = tuple[float, float, float, float]


def constellation(parties: int) -> Triangle:
    """One owner, one executor and so many in the third role, with every kind of figure on the sides."""
    column = tuple(Node(f"og{index}", NAMES[index % 6]) for index in range(parties))
    sides = [Side("on", "eig", Figure(61, 45, 75))]
    for index, node in enumerate(column):
        first, second = FIGURES[2 * index % 7], FIGURES[(2 * index + 1) % 7]
        sides.append(Side("eig", node.key, first, "eig" if index == 1 and first.score else None))
        sides.append(Side(node.key, "on", second, node.key if index == 1 and second.score else None))
    groups = (
        Group("e", "Eigenaar", (Node("eig", "Secretaris-generaal van het ministerie van OCW"),)),
        Group("n", "Opdrachtnemer", (Node("on", "Dienst Uitvoering Onderwijs"),)),
        Group("g", "Beleidsverantwoordelijken", column, "geen partij"),
    )
    return Triangle(groups, tuple(sides), one_sided="Pijl: het beeld van één kant.", notes=("Klein: 95%-interval.",))


def roles(*sizes: int) -> Triangle:
    """Roles that have several parties each, with scores between the roles."""
    groups = tuple(
        Group(f"r{i}", f"Rol {i}", tuple(Node(f"r{i}p{j}", f"Partij {i}.{j}") for j in range(size)), f"{size} partijen")
        for i, size in enumerate(sizes)
    )
    pairs = combinations(range(len(sizes)), 2)
    between = tuple(Side(f"r{i}", f"r{j}", Figure(10 * i + j + 20, 15, 60)) for i, j in pairs)
    return Triangle(groups, group_sides=between)


THEME = Dumbbell(
    (
        Row("Over de rol van DUO", Mark(Figure(77, 65, 90)), Mark(Figure(48, 30, 65), f"beeld van {NAMES[0]}")),
        Row("Gelijk", Mark(Figure(50, 40, 60)), Mark(Figure(50, 35, 65))),
        Row("Randen", Mark(Figure(95, 90, 100, "at_least")), Mark(Figure(5, 0, 15, "at_most"))),
        Row("Verborgen", Mark(Figure.hidden(TOO_SMALL)), Mark(Figure(31, 20, 40))),
        Row(f"Over {NAMES[5]}", Mark(Figure(32, 20, 40)), Mark(Figure.hidden(LOW_RESPONSE))),
    ),
    Legend("eigen beeld", "beeld van de ander", "95%-interval"),
    Axis("helemaal oneens", "helemaal eens", 70, "ambitie 70"),
)

CONSTELLATIONS = {f"{parties} parties": constellation(parties) for parties in range(13)}
BETWEEN_ROLES = {
    f"roles {sizes}": roles(*sizes) for sizes in ((2, 3, 40), (1, 13, 1), (2, 2), (1, 4, 3, 2), (1, 1, 1, 1, 9))
}
TRIANGLES = {
    **CONSTELLATIONS,
    **BETWEEN_ROLES,
    "no roles": Triangle(()),
    "roles without sides": Triangle(roles(1, 2, 3, 4).groups),
}
THEMES = {"theme": THEME, "theme without extras": Dumbbell(THEME.rows[:1], THEME.legend)}
PICTURES = [*TRIANGLES, *THEMES]


def draw(picture: str, narrow: bool) -> str:
    if picture in THEMES:
        return dumbbell(CAPTION, THEMES[picture], narrow=narrow)
    return triangle(CAPTION, TRIANGLES[picture], narrow=narrow)


@pytest.fixture(params=[False, True], ids=["wide", "narrow"])
def narrow(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own drawing


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parse(svg).iter(f"{SVG}text")]


def without_hyphens(text: str) -> str:
    """So that a name is found where it breaks over lines as well."""
    return re.sub(r"(?<=\w)- ?(?=\w)", "", text)


def running_text(svg: str) -> str:
    return without_hyphens(" ".join(texts(svg)))


def text_areas(svg: str) -> Iterator[tuple[str, Rectangle]]:
    for element in parse(svg).iter(f"{SVG}text"):
        text, size = element.text or "", float(element.get("font-size", "0"))
        width = len(text) * size * (0.62 if element.get("font-weight") == "bold" else 0.55)
        x = float(element.get("x", "0")) - width * {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", ""), 0.0)
        y = float(element.get("y", "0"))
        yield text, (x, y - 0.75 * size, x + width, y + 0.1 * size)


def solid_areas(svg: str) -> Iterator[Rectangle]:
    """Boxes and scores; bare paper behind a text does not count."""
    for element in parse(svg).iter(f"{SVG}rect"):
        if element.get("class") != "chart-ground":
            x, y, width, height = (float(element.get(name, "0")) for name in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height


def overlap(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def inside(inner: Rectangle, outer: Rectangle) -> bool:
    return all((inner[0] >= outer[0], inner[1] >= outer[1], inner[2] <= outer[2], inner[3] <= outer[3]))


@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_is_an_image_with_a_title_and_a_description(picture: str, narrow: bool) -> None:
    root = parse(draw(picture, narrow))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c1-title c1-desc"
    assert [(child.tag, child.get("id"), child.text) for child in root[:2]] == [
        (f"{SVG}title", "c1-title", CAPTION.title),
        (f"{SVG}desc", "c1-desc", CAPTION.desc),
    ]
    assert root.get("width") == "100%"


@pytest.mark.parametrize("picture", PICTURES)
def test_no_text_or_box_lies_over_another_or_outside_the_picture(picture: str, narrow: bool) -> None:
    svg = draw(picture, narrow)
    width, height = map(float, (parse(svg).get("viewBox") or "").split()[2:])
    words, boxes = list(text_areas(svg)), list(solid_areas(svg))

    assert [(a, b) for (a, first), (b, second) in combinations(words, 2) if overlap(first, second)] == []
    assert [(a, b) for a, b in combinations(boxes, 2) if overlap(a, b)] == []
    cut = [(text, box) for text, area in words for box in boxes if overlap(area, box) and not inside(area, box)]
    assert cut == []
    outside = [area for area in [*(a for _, a in words), *boxes] if not inside(area, (0, 0, width, height))]
    assert outside == []


@pytest.mark.parametrize("picture", PICTURES)
def test_a_strict_content_security_policy_lets_it_pass(picture: str, narrow: bool) -> None:
    svg = draw(picture, narrow)

    assert not re.search(r"\sstyle=|<style|<script|\son\w+=|href|url\(", svg)


@pytest.mark.parametrize("parties", range(1, 7))
def test_every_party_role_and_score_of_a_constellation_is_shown(parties: int, narrow: bool) -> None:
    picture = constellation(parties)
    svg = triangle(CAPTION, picture, narrow=narrow)
    shown = running_text(svg)

    for group in picture.groups:
        assert shown.count(group.label) == 1
        for node in group.nodes:
            assert without_hyphens(node.name) in shown
    for side in picture.sides:
        assert side.figure.text in shown
        assert side.figure.interval_text in shown
    assert texts(svg).count("61") == 1


def test_a_hidden_side_shows_its_reason_and_no_number(narrow: bool) -> None:
    picture = constellation(1)
    hidden = Triangle(
        picture.groups,
        (
            Side("eig", "on", Figure.hidden(TOO_SMALL)),
            Side("eig", "og0", Figure.hidden(TOO_SMALL)),
            Side("on", "og0", Figure.hidden(LOW_RESPONSE)),
        ),
    )
    svg = triangle(CAPTION, hidden, narrow=narrow)

    assert TOO_SMALL in running_text(svg)
    assert LOW_RESPONSE in running_text(svg)
    assert not re.search(r"\d", "".join(texts(svg)))
    # Each reason is told once, under the letter that stands on its sides.
    assert texts(svg).count("a") == 3
    assert texts(svg).count("b") == 2


def test_a_score_from_one_end_has_an_arrow_that_leads_away_from_it(narrow: bool) -> None:
    groups = constellation(1).groups

    def arrow(said_by: str | None) -> list[tuple[float, float]]:
        side = Side("eig", "on", Figure(61, 45, 75), said_by)
        svg = triangle(CAPTION, Triangle(groups, (side,), one_sided="Pijl: één kant"), narrow=narrow)
        assert ("Pijl: één kant" in texts(svg)) == (said_by is not None)
        heads = parse(svg).iter(f"{SVG}polygon")
        points = [[float(n) for n in p.split(",")] for h in heads for p in (h.get("points") or "").split()[:2]]
        return [(tip[0], tip[0] - base[0]) for tip, base in zip(points[::2], points[1::2], strict=True)][:1]

    middle = 150 if narrow else 340
    assert arrow(None) == []
    [(tip, heading)] = arrow("eig")
    assert tip > middle
    assert heading > 0
    [(tip, heading)] = arrow("on")
    assert tip < middle
    assert heading < 0


def test_several_parties_in_two_roles_show_the_roles_and_what_lies_between_them(narrow: bool) -> None:
    shown = running_text(triangle(CAPTION, roles(2, 3, 40), narrow=narrow))

    assert "40 partijen" in shown
    assert "Partij 1.1" not in shown
    assert {"21", "22", "32"} <= set(shown.split())


def test_every_pair_is_shown_where_there_are_four_roles(narrow: bool) -> None:
    shown = texts(triangle(CAPTION, roles(1, 2, 1, 2), narrow=narrow))

    assert {"21", "22", "23", "32", "33", "43"} <= set(shown)


def test_the_number_of_each_mark_stands_at_its_mark(narrow: bool) -> None:
    svg = dumbbell(CAPTION, Dumbbell(THEME.rows[:1], THEME.legend), narrow=narrow)
    root = parse(svg)
    numbers = {e.text: (float(e.get("x", "0")), float(e.get("y", "0"))) for e in root.iter(f"{SVG}text")}
    mark = list(root.iter(f"{SVG}circle"))[-1]

    assert numbers["77"][0] == pytest.approx(float(mark.get("cx", "0")), abs=0.2)
    assert numbers["77"][1] < float(mark.get("cy", "0")) < numbers["48"][1]
    assert numbers["48"][0] < numbers["77"][0]


def test_self_image_and_the_others_view_differ_in_shape(narrow: bool) -> None:
    root = parse(dumbbell(CAPTION, Dumbbell(THEME.rows[:1], THEME.legend), narrow=narrow))
    shapes = {
        (e.tag.removeprefix(SVG), e.get("class"))
        for e in root.iter()
        if e.get("class") in {"chart-first", "chart-second"}
    }

    assert shapes == {("circle", "chart-first"), ("path", "chart-second")}


def test_bounds_reasons_ambition_and_legend_of_a_theme_are_shown(narrow: bool) -> None:
    svg = dumbbell(CAPTION, THEME, narrow=narrow)
    shown = running_text(svg)

    for expected in ("≥ 95", "≤ 5", TOO_SMALL, LOW_RESPONSE, "ambitie 70", "helemaal eens", "95%-interval"):
        assert without_hyphens(expected) in shown
    for row in THEME.rows:
        assert without_hyphens(row.heading) in shown


def test_a_hidden_row_has_no_mark_and_no_number(narrow: bool) -> None:
    hidden = Mark(Figure.hidden(TOO_SMALL))
    svg = dumbbell(CAPTION, Dumbbell((Row("Rol", hidden, hidden),), THEME.legend), narrow=narrow)

    assert texts(svg).count(TOO_SMALL) == 2
    assert [t for t in texts(svg) if re.fullmatch(r"\d+", t)] == ["0", "25", "50", "75", "100"]
    assert "chart-difference" not in svg
    # One in the legend, one before its name in the row.
    assert svg.count('class="chart-first"') == 2


@pytest.mark.parametrize("name", ["<b>R&D</b> \"x\" 'y'", "a\x00b\x0bc\ud800d", "", "W" * 200, "日本" * 30])
def test_any_name_gives_well_formed_xml(name: str, narrow: bool) -> None:
    groups = (*constellation(0).groups[:2], Group("g", name, (Node("x", name), Node("y", name))))
    sides = (Side("eig", "x", Figure(50)), Side("eig", "y", Figure.hidden(name or "?")))
    caption = Caption("c1", name, name)
    rows = (Row(name, Mark(Figure(50), name), Mark(Figure.hidden(name or "?"), name)),)

    for svg in (
        triangle(caption, Triangle(groups, sides, notes=(name,)), narrow=narrow),
        dumbbell(caption, Dumbbell(rows, Legend(name, name, name), Axis(name, name, 50, "a")), narrow=narrow),
    ):
        assert parse(svg).tag == f"{SVG}svg"
        assert "<b>" not in svg


def test_the_strip_in_a_table_is_silent_and_hides_what_is_hidden() -> None:
    both = pair_strip(Figure(63, 55, 75), Figure(40, 30, 50), ambition=70)
    half = pair_strip(Figure.hidden(TOO_SMALL), Figure(100))
    assert parse(both).get("aria-hidden") == "true"
    for mark in ("chart-first", "chart-second", "chart-interval", "chart-difference", "chart-ambition"):
        assert mark in both
    assert "chart-second" in half
    for mark in ("chart-first", "chart-interval", "chart-difference", "chart-ambition"):
        assert mark not in half
    assert [text.text for text in parse(strip_scale()).iter(f"{SVG}text")] == ["0", "25", "50", "75", "100"]


@pytest.mark.parametrize(
    "arguments",
    [(None,), (50, 40), (50, 60, 40), (101,), (-1,), (None, 1, 2, None, "x"), (50, 40, 60, None, "x")],
)
def test_a_figure_that_contradicts_itself_is_refused(arguments: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Figure(*arguments)  # type: ignore[arg-type]


def test_sides_to_nobody_and_double_keys_are_refused() -> None:
    groups = constellation(1).groups
    with pytest.raises(ValueError, match="unknown keys"):
        Triangle(groups, (Side("eig", "nobody", Figure(50)),))
    with pytest.raises(ValueError, match="not unique"):
        Triangle((*groups, groups[0]))
    with pytest.raises(ValueError, match="two ends"):
        Side("eig", "eig", Figure(50))
    with pytest.raises(ValueError, match="two ends"):
        Side("eig", "on", Figure(50), "og")
    with pytest.raises(ValueError, match="without spaces"):
        Caption("a b", "t", "d")


def test_long_words_break_between_syllables_and_lose_no_letter() -> None:
    assert wrap("Werkgelegenheid", 100, 13) == ("Werkgelegen-", "heid")
    assert wrap("Secretaris-generaal", 120, 13) == ("Secretaris-", "generaal")
    assert wrap("directie – afdeling", 75, 13) == ("directie –", "afdeling")
    assert "".join(wrap("W" * 40, 50, 13)).replace("-", "") == "W" * 40


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("picture", PICTURES)
def test_text_and_marks_stand_out_from_paper_and_boxes(picture: str) -> None:
    root = parse(draw(picture, False))

    for element in root.iter():
        if element.tag == f"{SVG}text":
            assert contrast(element.get("fill", ""), "#eef3f5") >= 4.5
        elif element.get("stroke") and element.get("class") not in {"chart-grid", "chart-rule"}:
            assert contrast(element.get("stroke", ""), "#ffffff") >= 3
