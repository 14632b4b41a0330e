"""A restart in the middle of a working day: whoever is typing or sending notices as little as can be."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.faults.sending import accepted, arrived, held_up, ready_to_send, send_all
from tests.faults.service import SOON, Process, Service
from tests.people import House
from tests.web.visitor import Page, Visitor


def typing(web: Process, cookies: httpx.Cookies | None = None) -> Visitor:
    return Visitor(web.client(cookies=cookies))  # type: ignore[arg-type]  # both are clients of httpx


def autosave(page: Page, visitor: Visitor, field: str, values: tuple[str, str], sequence: int) -> bool:
    """What the page does while one fills in; True when it was told that it is kept. `values`: kept before, and now."""
    was, now = values
    fields = page.form().filled_in() | {field: [now], "go": ["autosave"], "sequence": [str(sequence)]}
    if was:
        fields[f"was-{field}"] = [was]
    try:
        return visitor.client.post(page.form().action, data=dict(fields)).status_code == 204
    except httpx.TransportError:
        return False


def test_what_was_kept_while_typing_is_there_after_a_restart(service: Service, house: House) -> None:
    _, senders = ready_to_send(house, {"eigenaar": 5, "wonen": 5, "dienst": 5})
    web = service.serve()
    visitor = typing(web)
    visitor.send(visitor.open(f"/invullen/{senders[0].token}").form())
    page = visitor.open("/invullen/vragen/1")
    rating = next(name for name, control in page.form().controls.items() if control.kind == "radio")
    kept = ""
    for sequence in range(1, 2000):
        value = str(sequence % 5 + 1)
        if sequence == 20:
            web.terminate()
        if not autosave(page, visitor, rating, (kept, value), sequence):
            break
        kept = value
    assert sequence >= 20, "it was to be told that it is kept until the restart"
    web.process.wait(timeout=SOON)

    web = service.serve()
    again = typing(web, visitor.client.cookies).open("/invullen/vragen/1")
    assert again.status == 200, "the same browser goes on without its link"
    shown = again.form().controls[rating].values
    # One saving may have been kept of which the reply got lost.
    assert shown in ([kept], [value])


def test_whoever_is_sending_at_a_restart_gets_an_answer(service: Service, house: House) -> None:
    _, senders = ready_to_send(house, {"eigenaar": 5, "wonen": 5, "dienst": 5})
    web = service.serve()
    send: Callable[[], list[httpx.Response | None]] = lambda: send_all([web.base_url], senders, len(senders))  # noqa: E731
    with ThreadPoolExecutor(1) as pool:
        with held_up(house):
            sending = pool.submit(send)
            time.sleep(1.0)
            web.terminate()
            time.sleep(0.5)
            assert web.process.poll() is None, "it waits for those who are sending"
        assert accepted(senders, sending.result(timeout=SOON)) == senders
    assert web.process.wait(timeout=SOON) in (0, -signal.SIGTERM)
    assert arrived(house, senders) == senders
