"""Letters by a real relay: over TLS, with a password, and what happens when it does not want them."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

from idp import notify, settings
from idp.base.errors import Rejected, Unavailable
from tests import tls
from tests.demonstration import free_ports

pytestmark = pytest.mark.usefixtures("stores")

TO, FROM = "portal@good.example", "idp@gov.example"


@dataclass
class Relay:
    """A relay that keeps what it takes, and answers as it is told to."""

    port: int = 0
    refusal: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.recipients += envelope.rcpt_tos
        self.letters.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


def _known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
    right = isinstance(told, LoginPassword) and (told.login, told.password) == (b"idp", b"p@ss")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def relay() -> Iterator[Relay]:
    """A relay with STARTTLS that asks for a password."""
    made = Relay(port=free_ports(1)[0])
    listening = Controller(
        made, hostname="127.0.0.1", port=made.port, tls_context=tls.server("127.0.0.1"),
        require_starttls=True, auth_required=True, authenticator=_known,
    )  # fmt: skip
    listening.start()
    yield made
    listening.stop()


def use(conf: settings.Settings, url: str, **changes: object) -> None:
    """Settings with a relay, read as at a start."""
    chosen = {"mail_relay": url, "mail_from": FROM, "mail_authorities": str(tls.authority_file())}
    settings.use(settings.Settings(**(dict(conf) | chosen | changes)))


def test_a_letter_arrives_by_tls_its_first_line_as_subject(
    relay: Relay, test_settings: settings.Settings
) -> None:
    use(test_settings, f"smtp://idp:p%40ss@127.0.0.1:{relay.port}")
    notify.send("email", TO, "批准将到期 / Approval ends\n\n请确认。\n")
    (letter,) = relay.letters
    assert relay.recipients == [TO]
    assert (letter["From"], letter["To"], letter["Subject"]) == (FROM, TO, "批准将到期 / Approval ends")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"]
    assert letter.get_content().strip() == "请确认。"


@pytest.mark.parametrize("account", ["idp:wrong", "other:p%40ss"])
def test_a_relay_that_does_not_know_us_is_one_that_is_away(
    relay: Relay, test_settings: settings.Settings, account: str
) -> None:
    use(test_settings, f"smtp://{account}@127.0.0.1:{relay.port}")
    with pytest.raises(Unavailable, match="mail relay"):
        notify.send("email", TO, "x")


def test_nothing_is_told_to_a_relay_that_nobody_certified(
    relay: Relay, test_settings: settings.Settings
) -> None:
    use(test_settings, f"smtp://idp:p%40ss@127.0.0.1:{relay.port}", mail_authorities="")
    with pytest.raises(Unavailable):
        notify.send("email", TO, "x")
    assert relay.letters == []


def test_nothing_is_sent_in_the_clear(test_settings: settings.Settings) -> None:
    plain = Relay(port=free_ports(1)[0])
    listening = Controller(plain, hostname="127.0.0.1", port=plain.port)
    listening.start()
    try:
        use(test_settings, f"smtp://127.0.0.1:{plain.port}")
        with pytest.raises(Unavailable):
            notify.send("email", TO, "x")
    finally:
        listening.stop()
    assert plain.letters == []


@pytest.mark.parametrize(
    ("refusal", "raised"), [("550 no such user", Rejected), ("451 come back later", notify.NotNow)]
)
def test_what_is_refused_for_good_is_told_from_what_may_be_tried_again(
    relay: Relay, test_settings: settings.Settings, refusal: str, raised: type[Exception]
) -> None:
    use(test_settings, f"smtp://idp:p%40ss@127.0.0.1:{relay.port}")
    relay.refusal = refusal
    with pytest.raises(raised) as refused:
        notify.send("email", TO, "x")
    assert TO not in f"{refused.value} {vars(refused.value)}"


@pytest.mark.parametrize("text", ["subject\rBcc: victim@evil.example\nbody", "\n"])
def test_a_subject_makes_no_further_header(relay: Relay, test_settings: settings.Settings, text: str) -> None:
    use(test_settings, f"smtp://idp:p%40ss@127.0.0.1:{relay.port}")
    try:
        notify.send("email", TO, text)
    except Rejected:
        return
    assert relay.recipients == [TO]
    assert "Bcc" not in relay.letters[0]


def test_a_relay_that_is_away_is_said_to_be_away(test_settings: settings.Settings) -> None:
    use(test_settings, f"smtps://127.0.0.1:{free_ports(1)[0]}")
    with pytest.raises(Unavailable, match="mail relay"):
        notify.send("email", TO, "x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mail_relay": "http://relay.example"},
        {"mail_relay": "smtp://"},
        {"mail_relay": "smtps://relay.example:port"},
        {"mail_relay": "smtps://relay.example/path"},
        {"mail_from": ""},
        {"mail_from": "two@a.example, three@b.example"},
        {"mail_from": "Somebody <one@a.example>"},
    ],
)
def test_settings_that_could_not_send_stop_the_start(
    test_settings: settings.Settings, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValidationError):
        use(test_settings, "smtps://relay.example", **wrong)


@pytest.mark.parametrize("password", ["Pa55/word", "Pa55#word", "Pa55?word", "[Pa55word", "1/Pa55word"])
def test_a_password_that_is_not_quoted_is_refused_at_the_start_and_told_to_nobody(
    test_settings: settings.Settings, password: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        use(test_settings, f"smtps://idp:{password}@relay.example")
    assert "Pa55" not in f"{refused.value}"
    told = "".join(traceback.format_exception(refused.value, chain=False))
    assert "Pa55" not in told
