"""In whose name words may be released: never in the name of too few people, and never one set less another."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.comments import Comment, ReleasedComment, as_read, voices
from tests.domain.build import driehoek

NEEDED = 10


def written(party: str, authors: int, each: int = 1) -> list[Comment]:
    return [
        Comment(f"{party}-{author}-{number}", party, f"{party}-{author}", "oq-gesprek", "Eerst dit.")
        for author in range(authors)
        for number in range(each)
    ]


def test_a_party_is_named_from_ten_authors() -> None:
    assert set(voices(written("dienst", 10), ["dienst"], [], NEEDED).values()) == {"dienst"}


def test_nine_authors_are_too_few_however_much_they_wrote() -> None:
    assert voices(written("dienst", 9, each=3), ["dienst"], [], NEEDED) == {}


def test_parties_that_are_too_small_apart_speak_for_the_whole() -> None:
    comments = [*written("wonen", 5), *written("dienst", 5)]
    found = voices(comments, ["wonen", "dienst"], [], NEEDED)
    assert found == {comment.id: None for comment in comments}


def test_what_is_left_beside_a_named_party_needs_ten_authors_of_its_own() -> None:
    comments = [*written("dienst", 12), *written("wonen", 9)]
    found = voices(comments, ["wonen", "dienst"], [], NEEDED)
    assert {comment.party for comment in comments if comment.id in found} == {"dienst"}


def test_words_of_a_hidden_party_are_left_out_and_do_not_count() -> None:
    comments = [*written("wonen", 9), *written("verborgen", 4)]
    assert voices(comments, ["wonen"], [], NEEDED) == {}


def test_a_statement_is_no_group_author_but_may_stand_among_them() -> None:
    few = [*written("wonen", 9), *written("eigenaar", 1)]
    assert voices(few, ["wonen"], ["eigenaar"], NEEDED) == {}
    enough = [*written("wonen", 6), *written("dienst", 4), *written("eigenaar", 1)]
    assert set(voices(enough, ["wonen", "dienst"], ["eigenaar"], NEEDED).values()) == {None}
    assert len(voices(enough, ["wonen", "dienst"], ["eigenaar"], NEEDED)) == 11


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 15)))
def test_every_name_stands_for_ten_authors_or_more(sizes: dict[str, int]) -> None:
    comments = [comment for party, size in sizes.items() for comment in written(party, size)]
    found = voices(comments, list("abc"), [], NEEDED)  # d is hidden
    for name in set(found.values()):
        authors = {comment.author for comment in comments if comment.id in found and found[comment.id] == name}
        assert len(authors) >= NEEDED
    assert not any(comment.party == "d" for comment in comments if comment.id in found)


def test_a_report_groups_words_by_party_in_order_then_the_whole() -> None:
    released = [
        ReleasedComment("2", None, "oq-gesprek", "Over het geheel."),
        ReleasedComment("3", "dienst", "oq-houd", "Dit moet blijven."),
        ReleasedComment("1", "dienst", "oq-gesprek", "Eerst dit."),
        ReleasedComment("0", "dienst", "oq-gesprek", "Eerst dat."),
    ]
    found = as_read(released, ["wonen", "dienst"], driehoek())
    assert [voice.party for voice in found] == ["dienst", None]
    assert [question.words for question in found[0].questions] == [("Dit moet blijven.",), ("Eerst dat.", "Eerst dit.")]
