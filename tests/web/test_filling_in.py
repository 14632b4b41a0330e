"""Filling in through pages: every step saves, nothing typed is lost, and one browser holds one questionnaire."""

import re
from collections.abc import Callable

import pytest

from app.service import responding
from app.web.entry import RESPONDENT_COOKIE
from tests.people import FAN, FAN_PEOPLE, House
from tests.web.visitor import Form, Page, Visitor


def started(visitor: Visitor, token: str) -> Page:
    return visitor.send(visitor.open(f"/invullen/{token}").form())


def answers(form: Form, step: int = 3) -> dict[str, str]:
    return {name: control.options[step] for name, control in form.controls.items() if control.kind == "radio"}


def saved(house: House, token: str) -> dict[str, object]:
    with house.work(write=False) as work:
        return dict(responding.respondent(work, token).draft.answers.ratings)


def written(house: House, token: str) -> dict[str, str]:
    with house.work(write=False) as work:
        return dict(responding.respondent(work, token).draft.answers.comments)


def to_the_end(visitor: Visitor, page: Page) -> Page:
    """Answer every statement on every page, and pass the open questions by."""
    while page.path.startswith("/invullen/vragen/"):
        assert page.status == 200
        page = visitor.send(page.form(), {**answers(page.form()), "go": "next"})
    return page


def test_from_link_to_receipt(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    check = to_the_end(visitor, started(visitor, token))
    assert check.path == "/invullen/nakijken"
    done = visitor.send(check.form("/inzenden"))
    assert (done.status, done.path) == (200, "/invullen/ontvangen")
    assert house.number_of("submission") == 1
    code = check.form("/inzenden").controls["receipt_code"].values[0]
    assert code in done.said()
    assert house.submit(token, code) == code


def test_every_choice_that_the_scale_has_is_offered_with_both_reasons_for_none(visitor: Visitor, house: House) -> None:
    page = started(visitor, house.link(house.opened()))
    radios = [control for control in page.form().controls.values() if control.kind == "radio"]
    assert radios
    assert all(c.options == ["1", "2", "3", "4", "5", "dont_know", "not_applicable"] for c in radios)


@pytest.mark.parametrize(("go", "path"), [("next", "/vragen/3"), ("back", "/vragen/1"), ("stop", "/bewaard")])
def test_every_way_off_a_page_saves(visitor: Visitor, house: House, go: str, path: str) -> None:
    token = house.link(house.opened())
    started(visitor, token)
    page = visitor.open("/invullen/vragen/2")
    given = answers(page.form(), 1)
    assert visitor.send(page.form(), {**given, "go": go}).path == f"/invullen{path}"
    assert saved(house, token) == dict.fromkeys(given, 2)


def test_there_is_a_way_back_wherever_it_leads_somewhere(visitor: Visitor, house: House) -> None:
    started(visitor, house.link(house.opened()))
    ways = [[value for _, value in visitor.open(f"/invullen/vragen/{n}").form().buttons] for n in (1, 2)]
    assert ["back" in way for way in ways] == [False, True]


def test_whoever_chose_whom_to_judge_can_go_back_to_that(visitor: Visitor, house: House) -> None:
    made = house.opened(FAN_PEOPLE, FAN)
    page = started(visitor, house.link(made, "dienst"))
    assert page.path == "/invullen/keuze"
    first = visitor.send(page.form(), {"judged": ["wonen", "natuur"]})
    assert first.path == "/invullen/vragen/1"
    assert visitor.send(first.form(), {"go": "back"}).path == "/invullen/keuze"


def test_statements_that_are_left_open_are_mentioned_once(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    page = started(visitor, token)
    given = dict(list(answers(page.form()).items())[1:])
    again = visitor.send(page.form(), {**given, "go": "next"})
    assert again.path == "/invullen/vragen/1"
    assert again.status == 200
    assert {n: again.form().controls[n].values for n in given} == {n: [v] for n, v in given.items()}
    assert visitor.send(again.form(), {"go": "next"}).path == "/invullen/vragen/2"
    assert len(saved(house, token)) == len(given)


def answered_on(house: House, token: str, visitor: Visitor, *numbers: int, all_but: int = 0) -> None:
    """Everything on these pages is answered, but for so many on the last of them."""
    for number in numbers:
        page = visitor.open(f"/invullen/vragen/{number}")
        given = answers(page.form())
        left = all_but if number == numbers[-1] else 0
        visitor.send(page.form(), {**dict(list(given.items())[left:]), "go": "stop"})


@pytest.mark.parametrize(
    ("pages", "all_but", "path"),
    [
        ((1, 2, 3), 0, "/vragen/4"),
        ((1, 3), 0, "/vragen/4"),  # what was passed over stays so; the check page tells
        ((1, 2, 3), 1, "/vragen/3"),  # in the middle of it
        ((2,), 0, "/vragen/3"),
        ((1, 2, 3, 4, 5, 6, 7), 0, "/vragen/8"),  # the open questions
        ((7,), 0, "/vragen/8"),
    ],
)
def test_going_on_leads_to_where_one_was(
    visitor: Visitor, house: House, pages: tuple[int, ...], all_but: int, path: str
) -> None:
    token = house.link(house.opened())
    assert started(visitor, token).path == "/invullen/vragen/1"
    answered_on(house, token, visitor, *pages, all_but=all_but)
    start = visitor.open(f"/invullen/{token}").answer.text
    assert re.search(r"Verder waar u was</button>\s*<span[^>]*>in totaal \d+ tot|totaal ongeveer \d+ minuten", start)
    assert started(visitor, token).path == f"/invullen{path}"


def test_going_on_after_writing_leads_to_the_open_questions_or_past_them(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    started(visitor, token)
    fields = [name for name in open_questions(visitor).form().controls if name.startswith("oq-")]
    visitor.send(open_questions(visitor).form(), {fields[0]: "Dit eerst.", "go": "stop"})
    assert "Verder waar u was" in visitor.open(f"/invullen/{token}").answer.text
    assert started(visitor, token).path == "/invullen/vragen/8"
    visitor.send(open_questions(visitor).form(), {**dict.fromkeys(fields, "Dit ook."), "go": "stop"})
    assert started(visitor, token).path == "/invullen/nakijken"


def test_an_answer_can_be_changed_and_taken_back(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    page = started(visitor, token)
    given = answers(page.form())
    visitor.send(page.form(), {**given, "go": "next"})
    page = visitor.open("/invullen/vragen/1")
    first = next(iter(given))
    visitor.send(page.form(), {**given, first: None, "go": "stop"})
    assert first not in saved(house, token)


def sent_with_a_fault(visitor: Visitor, token: str) -> tuple[Page, dict[str, str]]:
    """The first page as it comes back when its first answer is none, and the answers that were right before that."""
    page = started(visitor, token)
    given = answers(page.form())
    return visitor.send(page.form(), {**given, next(iter(given)): "9", "go": "next"}), given


def test_a_fault_draws_the_page_again_with_everything_typed(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    again, given = sent_with_a_fault(visitor, token)
    first, *others = given
    assert again.status == 400
    assert again.title.startswith("Fout")
    assert {n: again.form().controls[n].values for n in others} == {n: [given[n]] for n in others}
    assert saved(house, token) == dict.fromkeys(others, 4), "what was right is kept"
    anchors = [link.partition("#")[2] for link in again.links if "#q-" in link]
    assert anchors == [f"q-{first}"]
    assert f'id="q-{first}"' in again.answer.text


def test_a_comment_that_is_too_long_comes_back_whole(visitor: Visitor, house: House) -> None:
    started(visitor, house.link(house.opened()))
    page = open_questions(visitor)
    long = 'Een <b>lang</b> "verhaal" & meer. ' * 80
    again = visitor.send(page.form(), {"oq-gesprek": long, "go": "next"})
    assert again.status == 400
    assert again.form().controls["oq-gesprek"].values == [long]
    kept = visitor.send(again.form(), {"oq-gesprek": long[:500], "go": "next"})
    assert kept.path == "/invullen/nakijken"
    assert long[:500].strip() in kept.said()


@pytest.mark.parametrize("go", ["autosave", "next", "back", "stop", "taal-en"])
def test_an_answer_that_is_too_long_holds_up_no_other(visitor: Visitor, house: House, go: str) -> None:
    """Only what cannot be kept stays as it was; whoever leaves loses nothing that was fine."""
    token = house.link(house.opened())
    started(visitor, token)
    visitor.send(open_questions(visitor).form(), {"oq-gesprek": "Kort.", "go": "stop"})
    page = open_questions(visitor)
    other = next(n for n, control in page.form().controls.items() if n.startswith("oq-") and n != "oq-gesprek")
    again = visitor.send(page.form(), {"oq-gesprek": "x" * 2100, other: "Dit past.", "go": go})
    assert written(house, token) == {"oq-gesprek": "Kort.", other: "Dit past."}
    if go == "autosave":
        assert again.answer.json() == {"unsaved": ["oq-gesprek"]}
        return
    assert again.status == 400
    assert "2100 tekens" in again.said()
    assert again.form().controls["oq-gesprek"].values == ["x" * 2100]
    visitor.send(again.form(), {"oq-gesprek": "Korter.", "go": "stop"})
    assert written(house, token) == {"oq-gesprek": "Korter.", other: "Dit past."}


def test_the_end_of_a_line_is_one_character_however_the_browser_writes_it(visitor: Visitor, house: House) -> None:
    """A form sends each as two; what is counted while typing fits when it is sent."""
    started(visitor, house.link(house.opened()))
    lines = "\r\n".join(["x" * 99] * 20)  # 1,999 characters as its writer counts them, 2,018 on their way
    sent = visitor.send(open_questions(visitor).form(), {"oq-gesprek": lines, "go": "next"})
    assert sent.path == "/invullen/nakijken"


def open_questions(visitor: Visitor) -> Page:
    return next(p for n in range(1, 12) if "oq-gesprek" in (p := visitor.open(f"/invullen/vragen/{n}")).form().controls)


def test_a_page_that_stayed_open_elsewhere_puts_back_nothing_that_was_changed_since(
    visitor: Visitor, house: House
) -> None:
    """On a telephone half of it is done; on another screen the same page goes on; then the telephone comes back."""
    token = house.link(house.opened())
    telephone = started(visitor, token)
    first, second, third, *_ = answers(telephone.form())
    visitor.send(telephone.form(), {first: "2", second: "2", "go": "stop"})
    telephone = visitor.open("/invullen/vragen/1")
    visitor.send(visitor.open("/invullen/vragen/1").form(), {first: "5", third: "5", "go": "stop"})
    visitor.send(telephone.form(), {second: "1", "go": "stop"})
    assert saved(house, token) == {first: 5, second: 1, third: 5}


def test_a_page_that_stayed_open_elsewhere_clears_no_words(visitor: Visitor, house: House) -> None:
    started(visitor, house.link(house.opened()))
    empty = open_questions(visitor)
    words = "Wij spreken elkaar te weinig.\n\nDat mag vaker."
    visitor.send(open_questions(visitor).form(), {"oq-gesprek": words, "go": "stop"})
    visitor.send(empty.form(), {"go": "stop"})
    assert open_questions(visitor).form().controls["oq-gesprek"].values == [words]
    cleared = visitor.send(open_questions(visitor).form(), {"oq-gesprek": "", "go": "next"})
    assert "te weinig" not in cleared.said()


def test_after_a_fault_everything_that_was_typed_is_still_saved(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    again, given = sent_with_a_fault(visitor, token)
    first, *_ = given
    visitor.send(again.form(), {first: "1", "go": "next"})
    assert saved(house, token) == {**dict.fromkeys(given, 4), first: 1}


def test_what_was_written_is_shown_as_text(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token, comments={"oq-gesprek": "<script>alert(1)</script>"})
    started(visitor, token)
    assert "<script>alert" not in visitor.open("/invullen/nakijken").answer.text


def test_whoever_faces_many_chooses_three_at_most(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    choice = started(visitor, token)
    assert choice.path == "/invullen/keuze"
    assert visitor.open("/invullen/vragen/1").path == "/invullen/keuze", "the questions wait for the choice"
    options = choice.form().controls["judged"].options
    assert len(options) == 5
    again = visitor.send(choice.form(), {"judged": options[:4]})
    assert again.status == 400
    assert again.form().controls["judged"].values == options[:4]
    page = visitor.send(again.form(), {"judged": options[:2]})
    assert page.path == "/invullen/vragen/1"
    asked = {
        name.partition("@")[2] for n in range(1, 9) for name in visitor.open(f"/invullen/vragen/{n}").form().controls
    }
    assert asked & set(options) == set(options[:2])


def test_whoever_sends_without_having_chosen_is_led_to_the_choice(visitor: Visitor, house: House) -> None:
    """The check page was open, and on another device the answers were withdrawn: the draft is empty again."""
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    choice = started(visitor, token)
    visitor.send(choice.form(), {"judged": choice.form().controls["judged"].options[:1]})
    visitor.send(visitor.open("/invullen/vragen/1").form(), {"go": "stop"})
    check = visitor.open("/invullen/nakijken")
    code = house.send(token)
    with house.work() as work:
        responding.withdraw(work, token, code)
    assert visitor.send(check.form("/inzenden")).path == "/invullen/keuze"
    assert house.number_of("submission") == 0


def test_another_questionnaire_in_the_same_browser_is_refused_and_nothing_is_saved_under_it(
    visitor: Visitor, house: House
) -> None:
    made = house.opened()
    one, two = house.link(made, "wonen", 1), house.link(made, "dienst", 1)
    page = started(visitor, one)
    check = visitor.open("/invullen/nakijken")
    started(visitor, two)
    for form, typed in ((page.form(), answers(page.form())), (check.form("/inzenden"), {})):
        refused = visitor.send(form, typed)
        assert refused.status in (403, 409)
    assert not saved(house, one)
    assert not saved(house, two)
    assert house.number_of("submission") == 0


def test_a_page_that_is_not_there_leads_on(visitor: Visitor, house: House) -> None:
    started(visitor, house.link(house.opened()))
    for number in (0, 99, -1):
        assert visitor.open(f"/invullen/vragen/{number}").path == "/invullen/nakijken"


def test_the_language_can_be_changed_on_the_way_without_losing_anything(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    page = started(visitor, token)
    assert page.language == "nl"
    given = answers(page.form())
    other = visitor.send(page.form(), {**given, "go": "taal-en"})
    assert (other.path, other.language) == ("/invullen/vragen/1", "en")
    assert {n: other.form().controls[n].values for n in given} == {n: [v] for n, v in given.items()}
    assert visitor.open("/invullen/vragen/2").language == "en", "the choice is kept"
    assert visitor.open(f"/invullen/{token}?taal=nl").language == "nl"


@pytest.mark.parametrize("path", ["/keuze", "/vragen/1", "/bewaard", "/nakijken", "/ontvangen"])
def test_pages_without_a_link_before_say_so(visitor: Visitor, path: str) -> None:
    page = visitor.open(f"/invullen{path}")
    assert page.status == 404
    assert page.heading


def test_a_browser_with_an_old_cookie_starts_anew(visitor: Visitor, house: House, client: Callable) -> None:
    old = Visitor(client(cookies={RESPONDENT_COOKIE: "verlopen"}))
    assert old.open("/invullen/vragen/1").status == 404
    assert started(old, house.link(house.opened())).path == "/invullen/vragen/1"
