"""Taking back what was sent: only with the link and its own receipt code, and then all of it."""

import pytest

from app.domain.problems import AlreadySubmitted, AssessmentClosed, WrongReceipt
from app.service import responding
from app.service.tokens import receipt_code
from tests.people import Chance, House
from tests.service.storm import while_held


def withdraw(house: House, token: str, code: str) -> None:
    with house.work() as work:
        responding.withdraw(work, token, code)


def test_withdrawn_answers_and_comments_are_gone_and_one_may_send_again(house: House) -> None:
    token = house.link(house.opened())
    code = house.send(token, comments={"oq-gesprek": "Eerst dit."})
    withdraw(house, token, f" {code.lower()} ")
    assert house.number_of("submission") == house.number_of("comment") == 0
    again = house.send(token, 2)
    assert house.number_of("submission") == 1
    with pytest.raises(WrongReceipt):
        withdraw(house, token, code)
    withdraw(house, token, again)


@pytest.mark.parametrize("code", ["", "onzin", receipt_code("another")])
def test_a_wrong_code_withdraws_nothing(house: House, code: str) -> None:
    token = house.link(house.opened())
    house.send(token)
    with pytest.raises(WrongReceipt):
        withdraw(house, token, code)
    assert house.number_of("submission") == 1


def test_another_persons_code_withdraws_neither(house: House) -> None:
    made = house.opened()
    one, two = house.link(made, "wonen", 1), house.link(made, "wonen", 2)
    code = house.send(one)
    house.send(two)
    with pytest.raises(WrongReceipt):
        withdraw(house, two, code)
    assert house.number_of("submission") == 2


def test_whoever_sent_nothing_has_nothing_to_withdraw(house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token)
    with pytest.raises(WrongReceipt):
        withdraw(house, token, receipt_code("mine"))
    assert house.number_of("draft") == 1


def test_nothing_is_withdrawn_after_closing(house: House) -> None:
    made = house.opened()
    token = house.link(made)
    code = house.send(token)
    house.close(made)
    with pytest.raises(AssessmentClosed):
        withdraw(house, token, code)
    assert house.number_of("submission") == 1


def test_only_ones_own_answers_are_withdrawn(house: House) -> None:
    made = house.opened()
    house.everyone_sends(made)
    token = house.link(made, "wonen", 4)
    with pytest.raises(AlreadySubmitted):
        house.submit(token)
    codes = {party: receipt_code(Chance(party)()) for party in ("wonen", "dienst")}
    other = house.opened(constellation="Andere driehoek")
    for party, code in codes.items():
        house.fill_in(house.link(other, party), 2)
        house.submit(house.link(other, party), code)
    withdraw(house, house.link(other, "dienst"), codes["dienst"])
    left = house.stored("SELECT assessment_id, party_key FROM submission")
    assert sorted(left).count((other.id, "wonen")) == 1
    assert len(left) == 16


def test_a_withdrawal_that_is_asked_twice_does_not_open_a_second_sending(house: House) -> None:
    """The slow one of two withdrawals arrives when the person has sent anew: that sending stays the only one."""
    token = house.link(house.opened())
    code = house.send(token)

    def withdraw_and_send_anew() -> None:
        withdraw(house, token, code)
        house.send(token, 2)

    while_held(
        house.workshop.database, "DELETE FROM submission", lambda: withdraw(house, token, code), withdraw_and_send_anew
    )
    with house.work(write=False) as work:
        sent = responding.respondent(work, token).invitation.sent
    assert house.number_of("submission") == int(sent)
