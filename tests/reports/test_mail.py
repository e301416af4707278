"""Digests by mail: a real server on this machine takes them; without one they wait and say so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BufferedRWPair
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conciergedesk.core.clock import FixedClock
from conciergedesk.core.desk import Desk
from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.paths import knowledge_base
from conciergedesk.reports.exports.writing import write_due_digests
from conciergedesk.reports.mailing import addresses_of, mail_server, message_of, require_mail, send
from conciergedesk.reports.service import save_report, saved_reports
from conciergedesk.requests.rulebook import load_rulebook
from tests.conftest import hire

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Sink:
    """A mail server that takes one mail after the other, or refuses its senders."""

    refuses: bool = False
    taken: list[EmailMessage] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def setting(self) -> str:
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}?from=desk@example.org&tls=none"

    def serve(self) -> None:
        while True:
            try:
                line, _address = self._socket.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as wire:
                self._talk(wire)

    def _talk(self, wire: BufferedRWPair) -> None:
        def say(text: str) -> None:
            wire.write(f"{text}\r\n".encode())
            wire.flush()

        say("220 sink")
        while command := wire.readline().strip().upper():
            if command.startswith(b"MAIL") and self.refuses:
                say("550 not from here")
            elif command == b"DATA":
                say("354 go on")
                body = b""
                while (part := wire.readline()) != b".\r\n":
                    body += part.removeprefix(b".") if part.startswith(b"..") else part
                self.taken.append(message_from_bytes(body, policy=policy.default))
                say("250 taken")
            elif command == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    found = Sink()
    thread = threading.Thread(target=found.serve, daemon=True)
    thread.start()
    yield found
    found.close()
    thread.join(5)


def test_a_digest_is_sent_once_with_its_files_and_one_that_cannot_be_waits(
    sqlite_desk: Desk, clock: FixedClock, tmp_path: Path, sink: Sink
) -> None:
    desk, book = sqlite_desk, load_rulebook(knowledge_base())
    helene = hire(desk, "Hélène", role="supervisor")
    desk.act(
        helene, save_report, name="Matin\r\nBcc: x@example.org", period="day", at_minute=390, formats=("txt", "csv"),
        folder=str(tmp_path), mail_to="odile@example.org; direction@example.org",
    )  # fmt: skip
    clock.move_to(datetime(2027, 3, 25, 7, tzinfo=PARIS))
    assert write_due_digests(desk, book) == []
    assert desk.ask(saved_reports)[0].last_problem == "attend un poste qui a un serveur de courriel"
    desk.settings = changed(desk.settings, mail=sink.setting)
    sink.refuses = True
    assert len(write_due_digests(desk, book)) == 2, "the files are there even when the mail is not"
    assert "550 not from here" in desk.ask(saved_reports)[0].last_problem
    sink.refuses = False
    write_due_digests(desk, book)
    write_due_digests(desk, book)
    (mail,) = sink.taken
    assert (mail["To"], mail["Bcc"]) == ("odile@example.org, direction@example.org", None)
    assert "Matin Bcc" in mail["Subject"]
    body = mail.get_body()
    assert body is not None and "mercredi 24 mars 2027" in body.get_content()
    assert [one.get_content_type() for one in mail.iter_attachments()] == ["text/csv"]
    assert desk.ask(saved_reports)[0].last_problem == ""


def test_a_server_is_read_from_one_address_and_its_password_is_never_shown() -> None:
    server = mail_server("smtps://desk%40example.org:p%2Fss@mail.example.org")
    assert server is not None
    assert (server.port, server.security, server.sender, server.password) == (
        465,
        "tls",
        "desk@example.org",
        "p/ss",
    )
    assert "p/ss" not in repr(server)
    assert mail_server("") is None
    with pytest.raises(InvalidInput):
        require_mail(" ")


@pytest.mark.parametrize(
    "setting", ["mail.example.org", "smtp://", "smtp://h", "smtp://h:x?from=a@b.org", "http://h"]
)
def test_what_is_no_mail_server_is_refused(setting: str) -> None:
    with pytest.raises(InvalidInput):
        mail_server(setting)


@pytest.mark.parametrize("typed", ["odile", "a@b", "a@b.org,<x>", "a b@c.org", "é@exemple.org"])
def test_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(InvalidInput):
        addresses_of(typed)


def test_a_server_that_is_not_there_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = mail_server(f"smtp://127.0.0.1:{port}?from=desk@example.org")
    assert server is not None
    with pytest.raises(Unavailable):
        send(server, message_of("desk@example.org", ["a@example.org"], "x", "y"))
