"""E-mail by the relay that settings name (RFC 5321), never in the clear (RFC 8314 §3, RFC 3207)."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import unquote, urlsplit

from idp import settings
from idp.base import clock
from idp.base.errors import Rejected, Unavailable
from idp.notify.message import Channel, Message, NotNow

_SECONDS = 10
_PORTS = {"smtps": 465, "smtp": 587}


def serves(channel: Channel) -> bool:
    """Whether it takes messages of this channel here."""
    return channel == "email" and bool(settings.current().mail_relay.get_secret_value())


def deliver(message: Message) -> None:
    """Hand a letter to the relay, the first line as its subject; ``Rejected`` when it never will take it."""
    try:
        letter = _letter(message)
    except ValueError:
        raise Rejected("mail.refused", why="no address that a letter could go to") from None
    try:
        with _relay() as relay:
            relay.send_message(letter)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        if _for_ever(error):
            raise Rejected("mail.refused", why="the relay refused the letter for good") from None
        raise NotNow("mail recipient") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable("mail relay") from error


def _letter(message: Message) -> EmailMessage:
    subject, _, text = message.text.partition("\n")
    sender = settings.current().mail_from
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, message.to, subject
    letter["Date"] = format_datetime(clock.at(clock.now()))
    letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # nobody's absence note is to come back (RFC 3834 §5)
    letter.set_content(text.strip() or subject)
    return letter


def _relay() -> smtplib.SMTP:
    conf = settings.current()
    named = urlsplit(conf.mail_relay.get_secret_value())
    host, port = named.hostname or "", named.port or _PORTS[named.scheme]
    trust = ssl.create_default_context(cafile=conf.mail_authorities or None)
    if named.scheme == "smtps":
        relay: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=trust)
    else:
        relay = smtplib.SMTP(host, port, timeout=_SECONDS)
    try:
        if named.scheme == "smtp":
            relay.starttls(context=trust)
        if named.username:
            relay.login(unquote(named.username), unquote(named.password or ""))
    except BaseException:
        relay.close()
        raise
    return relay


def _for_ever(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """A code of 500 and above will be the same the next time (RFC 5321 §4.2.1)."""
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return all(code >= 500 for code, _ in error.recipients.values())
