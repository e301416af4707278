"""Reports by mail: only where the desk's settings name a mail server.

The setting is one address: ``smtps://user:password@mail.example.org?from=desk@example.org`` (TLS from the start) or
``smtp://mail.example.org?from=desk@example.org`` (STARTTLS is asked for; ``&tls=none`` leaves it out, for a server on
the same machine).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from conciergedesk.core.errors import InvalidInput, Unavailable
from conciergedesk.core.i18n import N_
from conciergedesk.core.text import clean_line

TIMEOUT_SECONDS = 20.0
MOST_ADDRESSES = 20
MOST_BYTES = 15_000_000
"""What attachments may weigh together; mail servers refuse more."""
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out."""

    host: str
    port: int
    sender: str
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_server(setting: str) -> MailServer | None:
    """The server that the setting names; None when there is none.

    Raises:
        InvalidInput: the address is no mail server, or names no sender.
    """
    if not setting.strip():
        return None
    bad = InvalidInput(
        N_("The mail setting is no server such as smtps://user:password@host?from=desk@example.org."),
        field="mail",
    )
    try:
        parts = urlsplit(setting.strip())
        port = parts.port
    except ValueError:
        raise bad from None
    options = parse_qs(parts.query)
    security = "tls" if parts.scheme == "smtps" else "none" if options.get("tls") == ["none"] else "starttls"
    user = unquote(parts.username or "")
    sender = options.get("from", [user])[0]
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or _ADDRESS.fullmatch(sender) is None:
        raise bad
    return MailServer(
        parts.hostname, port or (465 if security == "tls" else 587), sender, security, user,
        unquote(parts.password or ""),
    )  # fmt: skip


def require_mail(setting: str) -> MailServer:
    """The server, or a refusal that says what to do.

    Raises:
        InvalidInput: no mail server is set up on this desk.
    """
    server = mail_server(setting)
    if server is None:
        raise InvalidInput(
            N_(
                "No mail server is set up on this desk. Leave the addresses empty: the report is written to a folder."
            ),
            field="mail_to",
        )
    return server


def addresses_of(typed: str) -> tuple[str, ...]:
    """The addresses in a line, separated by commas, semicolons or spaces.

    Raises:
        InvalidInput: names what is no address.
    """
    found = tuple(dict.fromkeys(one for one in re.split(r"[\s,;]+", clean_line(typed, 2_000)) if one))
    for one in found:
        if _ADDRESS.fullmatch(one) is None:
            raise InvalidInput(N_("“{text}” is not an e-mail address."), field="mail_to", text=one[:60])
    if len(found) > MOST_ADDRESSES:
        raise InvalidInput(N_("At most {most} addresses."), field="mail_to", most=MOST_ADDRESSES)
    return found


def message_of(
    sender: str, to: Sequence[str], subject: str, body: str, attachments: Iterable[Path] = ()
) -> EmailMessage:
    """The mail: plain text, the files beside it. Nothing that was typed can add a header."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), clean_line(subject, 150)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    room = MOST_BYTES
    for path in attachments:
        size = path.stat().st_size
        if size > room:
            continue
        room -= size
        kind, _encoding = mimetypes.guess_type(path.name)
        main, _slash, sub = (kind or "application/octet-stream").partition("/")
        mail.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
    return mail


def send(server: MailServer, mail: EmailMessage) -> None:
    """Hand the mail to the server.

    Raises:
        Unavailable: it cannot be reached, or refuses.
    """
    import smtplib
    import ssl

    try:
        if server.security == "tls":
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        with line:
            if server.security == "starttls":
                line.starttls(context=ssl.create_default_context())
            if server.user and server.password:
                line.login(server.user, server.password)
            line.send_message(mail)
    except (OSError, smtplib.SMTPException) as problem:
        raise Unavailable(
            N_("The mail could not be sent ({why}). The report lies in its folder."), why=_why(problem)
        ) from problem


def _why(problem: Exception) -> str:
    """A few words of the server's own; never what was sent to it."""
    code = getattr(problem, "smtp_code", None)
    said = getattr(problem, "smtp_error", b"")
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    plain = getattr(problem, "strerror", None) or type(problem).__name__
    return clean_line(f"{code} {words}" if code else plain, 120)
