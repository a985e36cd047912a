"""Handing mails to the mail server (RFC 5321): over TLS, with the server's name checked, one at a time."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from vernix.errors import FarSideRefused, RoadFailed, UsageError
from vernix.registry.notifying.settings import MailServer

_SECONDS = 15.0
_FOR_GOOD = 500


class MailRefused(FarSideRefused):
    """The mail server will not take this mail, now or ever (5xx of RFC 5321)."""


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection that is secured and logged in as the settings say.

    Raises ``RoadFailed`` when the server cannot be reached, ``FarSideRefused`` when it proves nothing or does
    not let us in.
    """
    try:
        smtp = _open(server)
    except ssl.SSLError:
        raise FarSideRefused(
            "The mail server's certificate does not prove that it is the one named.",
            hint="Name its authority by ca under [smtp].",
        ) from None
    except smtplib.SMTPAuthenticationError:
        raise FarSideRefused(
            "The mail server does not take the user or the password.", hint="See user and password_file."
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise FarSideRefused(
            "The mail server offers no TLS or no login.", hint="Ask who runs it for its port and security."
        ) from None
    except (OSError, smtplib.SMTPException):
        raise _away() from None
    with smtp:
        yield smtp


def hand_over(smtp: smtplib.SMTP, message: EmailMessage) -> None:
    """Give one mail to the server. Raises ``MailRefused``, or ``RoadFailed`` (try again later)."""
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(min(code for code, _ in error.recipients.values())) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code) from None
    except (OSError, smtplib.SMTPException):
        raise _away() from None


def compose(
    server: MailServer, to: str, subject: str, body: str, number: str, made: datetime
) -> EmailMessage:
    """A plain-text message. ``number`` makes its Message-ID: the same for each attempt."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = server.sender, to, subject
    message["Date"] = format_datetime(made)
    message["Message-ID"] = f"<{number[:32]}@{server.sender.rpartition('@')[2]}>"
    # RFC 3834: nobody's holiday notice shall answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def _open(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=None if server.ca is None else str(server.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    try:
        if server.security == "starttls":
            smtp.starttls(context=context)
        password = server.password()
        if server.user is not None and password is not None:
            smtp.login(server.user, password)
    except (OSError, smtplib.SMTPException, UsageError):
        smtp.close()
        raise
    return smtp


def _refused(code: int) -> FarSideRefused | RoadFailed:
    """RFC 5321 4.2.1: 5yz is for good, 4yz for now."""
    if code >= _FOR_GOOD:
        return MailRefused(f"The mail server refused a mail (code {code}).", hint="Check the address.")
    return RoadFailed(
        f"The mail server takes no mail now (code {code}).", hint="It is tried again by itself."
    )


def _away() -> RoadFailed:
    return RoadFailed("The mail server cannot be reached.", hint="It is tried again by itself.")
