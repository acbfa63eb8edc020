"""Letters as mail, to the shop's own mail server."""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import formatdate, parseaddr
from typing import Any, Literal

from shopmind.operations.messages.deliveries.delivery import Delivery, Handed, Letter
from shopmind.shop.postbox import Postbox

_GONE = (550, 551, 553)


class Smtp(Delivery):
    """One mail a letter over a connection that is kept; `Message-ID` follows from the message's id.

    A mail server does not look for doubles: once the text is on its way, only its answer says that it was taken over.
    A connection that is lost before the text began has taken nothing; one that is lost after it leaves the letter
    unknown, and it is not sent again by itself.
    """

    @dataclass(frozen=True)
    class Options:
        """sender: `Name <mail@shop.example>`. host, port: the server. security: how the connection is kept private.
        username: "" without a login. password_env: environment variable with the password. timeout_s: for an answer.
        """

        sender: str
        host: str = "localhost"
        port: int = 25
        security: Literal["none", "starttls", "tls"] = "starttls"
        username: str = ""
        password_env: str = "SHOPMIND_SMTP_PASSWORD"
        timeout_s: float = 30.0

        def __post_init__(self) -> None:
            if "@" not in parseaddr(self.sender)[1] or any(ord(letter) < 32 for letter in self.sender):
                raise ValueError(f"sender is {self.sender[:80]!r}, such as 'Tea House <hello@tea.example>' is needed")
            if not 1 <= self.port <= 65_535 or not 0 < self.timeout_s <= 600:
                raise ValueError("port must lie in 1..65535, timeout_s above 0 and up to 600")

    repeatable = False
    at_once = 1

    def __init__(self, options: Options, postbox: Postbox) -> None:
        self._options = options
        self._server: smtplib.SMTP | None = None
        name, self._from = parseaddr(options.sender)
        local, _, self._domain = self._from.rpartition("@")
        self._sender = Address(name, local, self._domain)

    def hand_over(self, letter: Letter) -> Handed:
        """See Delivery."""
        mail = self.mail(letter).as_bytes(policy=POLICY)
        try:
            server = self._connected()
            answers = [server.mail(self._from)]
            answers.append(server.rcpt(letter.address))
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Handed("retry", f"no connection: {type(error).__name__}")
        for code, _ in answers:
            if code >= 400:
                self._reset()
                return _refused(code)
        try:
            code, _ = server.data(mail)
        except smtplib.SMTPDataError as error:  # it answered before the text began
            self._reset()
            return _refused(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Handed("unknown", f"lost while sending: {type(error).__name__}")
        return Handed("sent") if code == 250 else _refused(code)

    def was_handed(self, channel: str, message_id: str) -> None:
        """See Delivery: a mail server cannot be asked."""
        return None

    def close(self) -> None:
        """See Delivery."""
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()
            self._server = None

    def mail(self, letter: Letter) -> EmailMessage:
        """The letter as a mail, text and HTML side by side; the policy refuses a line break in a header."""
        mail = EmailMessage(policy=POLICY)
        mail["From"] = self._sender
        mail["To"] = Address(addr_spec=letter.address)
        mail["Subject"] = letter.subject
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = f"<{letter.message_id}@{self._domain}>"
        mail["Content-Language"] = letter.language
        if letter.unsubscribe_url:
            mail["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(letter.text)
        if letter.html:
            mail.add_alternative(letter.html, subtype="html")
        return mail

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        options, context = self._options, ssl.create_default_context()
        where: dict[str, Any] = {"host": options.host, "port": options.port, "timeout": options.timeout_s}
        server = smtplib.SMTP_SSL(**where, context=context) if options.security == "tls" else smtplib.SMTP(**where)
        try:
            if options.security == "starttls":
                server.starttls(context=context)
            if options.username:
                server.login(options.username, os.environ.get(options.password_env, ""))
            server.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        self._server = server
        return server

    def _reset(self) -> None:
        try:
            if self._server is not None:
                self._server.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _refused(code: int) -> Handed:
    """What an answer of 400 and more says: 4xx may be taken later, 5xx never."""
    return Handed("retry" if code < 500 else "failed", f"answered {code}", gone=code in _GONE)
