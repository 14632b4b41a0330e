"""Sending through the page, the receipt, and taking it back."""

import pytest

from app.service.tokens import receipt_code
from tests.people import House
from tests.web.visitor import Page, Visitor


def ready(visitor: Visitor, house: House, token: str, answer: object = 4) -> Page:
    """The page on which one checks what was filled in."""
    house.fill_in(token, answer)
    visitor.send(visitor.open(f"/invullen/{token}").form())
    return visitor.open("/invullen/nakijken")


def sent(visitor: Visitor, house: House, token: str) -> str:
    check = ready(visitor, house, token)
    visitor.send(check.form("/inzenden"))
    return check.form("/inzenden").controls["receipt_code"].values[0]


def test_checking_shows_every_answer_and_what_was_left_open(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    check = ready(visitor, house, token, lambda rating: "dont_know" if rating.item.id.startswith("lr") else "")
    assert check.said().count("Weet ik niet") == 4
    assert check.said().count("opengelaten") > 10


def test_an_empty_form_is_not_sent(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    visitor.send(visitor.open(f"/invullen/{token}").form())
    again = visitor.send(visitor.open("/invullen/nakijken").form("/inzenden"))
    assert again.status == 400
    assert again.title.startswith("Fout")
    assert house.number_of("submission") == 0


def test_sending_twice_by_impatience_gives_the_same_receipt(visitor: Visitor, house: House) -> None:
    check = ready(visitor, house, house.link(house.opened()))
    first, second = visitor.send(check.form("/inzenden")), visitor.send(check.form("/inzenden"))
    assert (first.status, first.path) == (second.status, second.path) == (200, "/invullen/ontvangen")
    code = check.form("/inzenden").controls["receipt_code"].values[0]
    assert code in first.said()
    assert code in second.said()
    assert house.number_of("submission") == 1


def test_sending_from_a_second_window_is_told_that_it_was_sent(visitor: Visitor, house: House) -> None:
    check = ready(visitor, house, house.link(house.opened()))
    other = visitor.open("/invullen/nakijken")
    visitor.send(check.form("/inzenden"))
    assert visitor.send(other.form("/inzenden")).status == 409
    assert house.number_of("submission") == 1


def test_after_sending_no_page_shows_the_answers(visitor: Visitor, house: House) -> None:
    sent(visitor, house, house.link(house.opened()))
    for path in ("vragen/1", "nakijken", "keuze"):
        assert visitor.open(f"/invullen/{path}").status == 409


def test_before_sending_no_page_says_that_the_answers_have_arrived(visitor: Visitor, house: House) -> None:
    made = house.opened()
    sent(visitor, house, house.link(made, "wonen", 1))
    arrived = visitor.open("/invullen/ontvangen").heading
    ready(visitor, house, house.link(made, "wonen", 2))
    assert visitor.open("/invullen/ontvangen").heading != arrived


def test_the_receipt_of_one_is_not_shown_to_the_next_in_the_same_browser(visitor: Visitor, house: House) -> None:
    made = house.opened()
    code = sent(visitor, house, house.link(made, "wonen", 1))
    assert code in visitor.open("/invullen/ontvangen").said()
    ready(visitor, house, house.link(made, "wonen", 2))
    assert code not in visitor.open("/invullen/ontvangen").said()


@pytest.mark.parametrize("code", ["", "kort", receipt_code("een") + "X"])
def test_a_form_whose_code_was_changed_is_drawn_again(visitor: Visitor, house: House, code: str) -> None:
    check = ready(visitor, house, house.link(house.opened()))
    again = visitor.send(check.form("/inzenden"), {"receipt_code": code})
    assert again.status == 400
    assert house.number_of("submission") == 0
    assert visitor.send(again.form("/inzenden")).path == "/invullen/ontvangen"


def test_a_code_with_odd_spaces_in_it_is_sent_or_refused_and_never_a_bug(visitor: Visitor, house: House) -> None:
    check = ready(visitor, house, house.link(house.opened()))
    code = check.form("/inzenden").controls["receipt_code"].values[0]
    page = visitor.send(check.form("/inzenden"), {"receipt_code": f"{code}\u2003"})
    assert page.status in (200, 400)


# --- Withdrawing ------------------------------------------------------------------------------------------------------


def test_with_the_code_answers_are_taken_back_and_one_may_start_anew(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    code = sent(visitor, house, token)
    used = visitor.open(f"/invullen/{token}")
    page = visitor.send(used.form("/intrekken"), {"receipt_code": code.lower()})
    assert page.status == 200
    assert house.number_of("submission") == 0
    assert f"/invullen/{token}" in " ".join(page.links)
    start = visitor.open(f"/invullen/{token}")
    assert visitor.send(start.form()).path == "/invullen/vragen/1"


def test_a_wrong_code_takes_nothing_back_and_one_may_try_again(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    code = sent(visitor, house, token)
    page = visitor.open(f"/invullen/{token}")
    for wrong in ("onzin", receipt_code("een")):
        page = visitor.send(page.form("/intrekken"), {"receipt_code": wrong})
        assert page.status == 409
        assert page.title.startswith("Fout")
        assert house.number_of("submission") == 1
    assert visitor.send(page.form("/intrekken"), {"receipt_code": code}).status == 200
    assert house.number_of("submission") == 0


def test_the_wrong_code_comes_back_in_the_field(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    sent(visitor, house, token)
    page = visitor.send(visitor.open(f"/invullen/{token}").form("/intrekken"), {"receipt_code": "7K3M-onzin"})
    assert page.form("/intrekken").controls["receipt_code"].values == ["7K3M-onzin"]


def test_nothing_is_taken_back_after_closing(visitor: Visitor, house: House) -> None:
    made = house.opened()
    token = house.link(made)
    code = sent(visitor, house, token)
    used = visitor.open(f"/invullen/{token}")
    house.close(made)
    assert visitor.send(used.form("/intrekken"), {"receipt_code": code}).status == 409
    assert house.number_of("submission") == 1
