"""Owns how a letter leaves: by SMTP, or as an .eml file when no server is set. Knows nothing of who gets letters."""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from app.files import make_folder, make_whole
from app.settings import is_loopback

#: How long a mail server is waited for, in seconds.
TIMEOUT = 20
#: The same once it has a whole letter: whoever gives up then sends it twice. Within the lease of a letter; RFC 5321
#: §4.5.3.2.6 asks for ten minutes.
TAKING = 300
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class About:
    """The assessment that a letter is about. `asks`: for answers, so that it is of no use once no more are taken."""

    assessment: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it leaves: one receiver, plain text and simple HTML with the same words.

    `calendar`: a file for the receiver's calendar that goes along, if any.
    """

    id: str
    to: str
    subject: str
    text: str
    html: str
    calendar: bytes = b""
    about: About | None = None


class TryLater(Exception):
    """The letter could not leave now; nothing is wrong with the address."""


class PerhapsTaken(TryLater):
    """The letter was on its way to the server, which never said whether it took it: the receiver may have it."""


class Undeliverable(Exception):
    """The receiving side says that this address will never accept it, or no letter can be made for it."""


#: Those of some subjects about which no letter is of use any more.
OfNoMoreUse = Callable[[AbstractSet[About]], AbstractSet[About]]
#: In the name of a file: of a letter that asks for answers.
_ASKS = "asks"


class Postman(Protocol):
    """Brings letters, raising TryLater or Undeliverable.

    `tidy` throws away what it kept long enough, and letters of no more use.
    """

    def deliver(self, letter: Letter, now: datetime) -> None: ...

    def tidy(self, now: datetime, of_no_more_use: OfNoMoreUse) -> None: ...


def compose(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """The letter as it goes over the wire. Raises Undeliverable when its address is none."""
    message = EmailMessage()
    message["From"] = Address("rolvast", addr_spec=sender)
    try:
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable from error
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(now)
    # The same letter keeps its id, so that a mail program can drop one that came twice after a crash.
    message["Message-ID"] = f"<{letter.id}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    if letter.calendar:
        message.add_attachment(
            letter.calendar,
            maintype="text",
            subtype="calendar",
            filename="gesprek.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )
    return message


@dataclass(frozen=True, slots=True)
class FilePostman:
    """Writes each letter to a folder, for the operator to pass on."""

    folder: Path
    sender: str

    def tidy(self, now: datetime, of_no_more_use: OfNoMoreUse) -> None:
        """Letters hold addresses and links: they stay for a month, like the addresses themselves, and no longer than
        they are of use. Who was reminded had not sent: after closing nobody can look that up.

        So does what is left of a letter that never became whole.
        """
        about = {found for letter in self._letters() if (found := _about(letter))}
        gone = of_no_more_use(about) if about else set()
        for letter in self._letters():
            with suppress(FileNotFoundError):  # another process tidies too, and half a letter becomes whole
                if _about(letter) in gone or datetime.fromtimestamp(letter.stat().st_mtime, UTC) < now - KEPT:
                    Path(letter).unlink()

    def _letters(self) -> Iterator[os.DirEntry[str]]:
        """One after the other: a large campaign leaves tens of thousands, and every round comes along all of them."""
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            yield from (entry for entry in entries if entry.name.endswith((".eml", ".half")))

    def deliver(self, letter: Letter, now: datetime) -> None:
        try:
            make_folder(self.folder)
            about = [letter.about.assessment, *([_ASKS] if letter.about.asks else [])] if letter.about else []
            name = ".".join(re.sub(r"[^A-Za-z0-9_-]", "", part) for part in (*about, letter.id))
            half = self.folder / f"{name}.half"
            half.write_bytes(bytes(compose(letter, self.sender, now)))
            make_whole(half, self.folder / f"{name}.eml")
        except OSError as error:
            raise TryLater(error.strerror or type(error).__name__) from error  # without the name of a file


def _about(letter: os.DirEntry[str]) -> About | None:
    """What a file is about, by its name."""
    *about, _, _ = letter.name.split(".")
    return About(about[0], asks=_ASKS in about[1:]) if about else None


class _Patient(smtplib.SMTP):
    """Waits longer for the word that a letter was taken than for any other."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        if self.sock:
            self.sock.settimeout(TAKING)
        try:
            return super().data(msg)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise PerhapsTaken(type(error).__name__) from error


class _PatientOverTls(_Patient, smtplib.SMTP_SSL):
    pass


@dataclass(frozen=True, slots=True)
class SmtpPostman:
    """Brings letters to an SMTP server: `smtps://` with TLS from the start, `smtp://` with STARTTLS but on loopback."""

    url: str
    sender: str

    def tidy(self, now: datetime, of_no_more_use: OfNoMoreUse) -> None:
        """Nothing is kept here."""

    def deliver(self, letter: Letter, now: datetime) -> None:
        message = compose(letter, self.sender, now)
        try:
            server = self._connect()
            try:
                server.send_message(message, from_addr=self.sender, to_addrs=[letter.to])
            finally:
                # Once a letter is taken it is theirs, whatever they say at parting.
                with suppress(smtplib.SMTPException, OSError):
                    if server.sock:
                        server.sock.settimeout(TIMEOUT)
                    server.quit()
                server.close()
        except smtplib.SMTPRecipientsRefused as refused:
            code, _ = next(iter(refused.recipients.values()))
            if 500 <= code < 600:
                raise Undeliverable from refused
            raise TryLater(f"the server says {code}") from refused
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host = parts.hostname or "localhost"
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            server = _PatientOverTls(host, parts.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = _Patient(host, parts.port or 587, timeout=TIMEOUT)
            if not is_loopback(host):
                server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server
