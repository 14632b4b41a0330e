"""Instrument files: each invalid one is refused for its fault, and every published one holds."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from app.catalogue import Catalogue, read_instrument
from app.domain.constellation import Constellation
from app.domain.problems import InvalidInput, NotFound
from app.domain.text import Text
from tests.domain.build import ROOT, driehoek, triangle

HERE = Path(__file__).parent
INVALID = sorted((HERE / "invalid").glob("*.toml"))
SMALL = HERE / "valid/small.toml"
PUBLISHED = sorted((ROOT / "assessments").glob("*/*/instrument.toml"))


def refused(path: Path) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_instrument(path)
    return caught.value


def planted(folder: Path, name: str, content: str, *, where: str = "") -> None:
    """An instrument file in a catalogue's folder."""
    path = folder / (where or name) / "instrument.toml"
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")


# --- one file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_file_is_refused_for_its_fault_and_for_nothing_else(path: Path) -> None:
    wanted = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# fault: ")
    faults = [f"{fault.where}: {fault.message.en}" for fault in refused(path).faults]
    assert any(wanted in fault for fault in faults), faults
    assert all(path.name in fault for fault in faults)


def test_the_smallest_sound_instrument_is_accepted() -> None:
    small = read_instrument(SMALL)
    assert small.name == "klein/1"
    assert [item.id for item in small.items] == ["x-1", "x-2", "x-3"]


def test_every_fault_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "veel.toml"
    words = SMALL.read_text(encoding="utf-8")
    words = words.replace('theme = "band"', 'theme = "brug"').replace('sources = ["S1"]', 'sources = ["S9"]')
    path.write_text(words.replace("whole = true\ntext", "text"), encoding="utf-8")
    told = str(refused(path))
    for expected in ('item "x-2"', 'theme "rol"', 'source "S9"', 'item "x-3"', 'open_question "oq-1"', "has no items"):
        assert expected in told


def test_a_file_that_is_not_there_or_not_utf_8_is_a_fault(tmp_path: Path) -> None:
    assert "there is no such file" in str(refused(tmp_path / "weg.toml"))
    path = tmp_path / "latijn.toml"
    path.write_bytes('id = "één"'.encode("cp1252"))
    assert "not TOML in UTF-8" in str(refused(path))


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_the_catalogue_names_every_bad_file_at_once(tmp_path: Path) -> None:
    for name, path in (("een", INVALID[0]), ("twee", INVALID[1])):
        planted(tmp_path, f"{name}/1", path.read_text(encoding="utf-8"))
    planted(tmp_path, "klein/1", SMALL.read_text(encoding="utf-8"))
    with pytest.raises(InvalidInput) as caught:
        Catalogue.read(tmp_path)
    told = str(caught.value)
    assert str(Path("een/1/instrument.toml")) in told
    assert str(Path("twee/1/instrument.toml")) in told
    assert str(Path("klein/1")) not in told


def test_the_catalogue_refuses_a_file_in_the_wrong_folder_and_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no instrument"):
        Catalogue.read(tmp_path)
    planted(tmp_path, "groot/2", SMALL.read_text(encoding="utf-8"))
    with pytest.raises(InvalidInput, match="must lie in klein/1/"):
        Catalogue.read(tmp_path)


def test_an_item_can_equal_only_an_item_that_exists(tmp_path: Path) -> None:
    words = SMALL.read_text(encoding="utf-8")
    planted(tmp_path, "klein/1", words)
    second = words.replace("version = 1", "version = 2").replace(
        'id = "x-1"\n', 'id = "x-1"\nequal_to = "klein/1:x-1"\n'
    )
    planted(tmp_path, "klein/2", second)
    catalogue = Catalogue.read(tmp_path)
    assert catalogue.newest("klein").version == 2
    assert catalogue.instrument("klein", 2).items[0].equal_to == "klein/1:x-1"
    planted(tmp_path, "klein/3", second.replace("version = 2", "version = 3").replace("klein/1:x-1", "klein/1:x-9"))
    with pytest.raises(InvalidInput, match=r"klein/1:x-9.*does not exist"):
        Catalogue.read(tmp_path)


def test_the_published_instruments_are_found_by_name() -> None:
    catalogue = Catalogue.read(ROOT / "assessments")
    assert {f"{path.parent.parent.name}/{path.parent.name}" for path in PUBLISHED} == {i.name for i in catalogue.all()}
    assert catalogue.instrument("driehoek", 1).id == "driehoek"
    for missing in (("driehoek", 99), ("vierhoek", 1)):
        with pytest.raises(NotFound):
            catalogue.instrument(*missing)
    with pytest.raises(NotFound):
        catalogue.newest("vierhoek")


# --- the words of the published instruments (domain.md §3) ------------------------------------------------------------


def texts(value: object, place: str = "") -> Iterator[tuple[str, Text]]:
    """Every text of an instrument, with its place."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{place}.{key}")
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            name = getattr(each, "id", None) or getattr(each, "key", number)
            yield from texts(each, f"{place}[{name}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{place}.{field.name}")


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.parent.name)
def test_items_are_short_calm_and_not_reversed(path: Path) -> None:
    for item in read_instrument(path).items:
        for words in filter(None, (item.own, item.other, item.text)):
            for language in (words.nl, words.en):
                assert len(language.split()) <= 18, f"{item.id}: {language}"
                assert "!" not in language
        assert not item.reversed


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.parent.parent.name)
def test_no_text_promises_to_be_anonymous(path: Path) -> None:
    content = path.read_text(encoding="utf-8").lower()
    assert "anoniem" not in content
    assert "anonym" not in content


def test_every_text_of_the_driehoek_is_there_in_both_languages_and_not_the_same() -> None:
    """A published source has one title, whatever the reader's language."""
    found = [(place, words) for place, words in texts(driehoek()) if not place.startswith(".sources")]
    assert len(found) > 150
    for place, words in found:
        assert words.nl.strip(), place
        assert words.en.strip(), place
        assert words.nl != words.en, f"{place}: {words.nl}"
        assert "!" not in words.nl + words.en, place


def test_a_respondent_in_a_triangle_with_one_commissioner_gives_49_ratings() -> None:
    """9 + 9 + 9 about three roles, 6 + 6 + 6 about two relations, 4 about the whole; the module is not asked."""
    constellation = Constellation(driehoek(), triangle())
    for key, others in (("eig", {"og", "on"}), ("og", {"eig", "on"}), ("on", {"eig", "og"})):
        found = constellation.questionnaire(constellation.party(key), others).ratings
        assert len(found) == 49
        per_theme = [sum(rating.theme == theme.key for rating in found) for theme in constellation.themes]
        assert per_theme == [9, 9, 9, 6, 6, 6, 4]


def test_the_module_is_asked_with_two_commissioners_or_more() -> None:
    module = [theme for theme in driehoek().themes if theme.module]
    assert [(theme.when.role, theme.when.min_parties) for theme in module if theme.when] == [("opdrachtgever", 2)]
    assert not [theme for theme in Constellation(driehoek(), triangle()).themes if theme.module]
    several = Constellation(driehoek(), triangle(og=[6, 6]))
    assert [theme.key for theme in several.themes if theme.module] == [theme.key for theme in module]
    found = several.questionnaire(several.party("eig"), {"og1", "on"}).ratings
    assert len(found) == 52


def test_role_labels_exist_in_each_of_the_three_vocabularies() -> None:
    assert [label_set.key for label_set in driehoek().label_sets] == ["klassiek", "regeling2024", "zbo"]
    assert driehoek().role("eigenaar").label("regeling2024").nl == "Continuïteitsverantwoordelijke"


def test_every_theme_of_the_driehoek_has_a_source_and_claims_no_mapping_to_the_report() -> None:
    for theme in driehoek().themes:
        assert theme.sources
        assert theme.mapping == ""


def test_there_is_an_opening_question_for_every_role_at_every_kind_of_gap() -> None:
    instrument = driehoek()
    for theme in instrument.themes:
        for kind in instrument.kinds_of_gap(theme.key):
            for role in instrument.roles:
                assert theme.question(kind, role.key).nl.endswith("?")
