"""Email through a mail server.

Time limits everywhere, TLS to every server that is not on this machine, one stable Message-ID and
one return path per message.
"""

import contextlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formataddr, localtime, parseaddr
from urllib.parse import unquote, urlsplit

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.people.notices.services import Claim
from portal.platform.senders.mail_reports import return_path
from portal.platform.senders.network_place import is_loopback
from portal.platform.senders.sending import Accepted, Breaker, SendFailedError, Way

TIMEOUT_SECONDS = 10.0
OK, WILL_FORWARD, PERMANENT = 250, 251, 500


class SmtpSender:
    """Hands mails to the server of ``smtp://user:password@host:port`` or ``smtps://…``.

    ``smtp://`` to another machine needs STARTTLS: codes never travel in the clear. ``mail_from`` is
    an address, or a name with an address in angle brackets. Reports about mails that could not be
    delivered go to ``bounce_address``, each under a name of its own; without one to ``mail_from``.
    """

    keeps_body = False

    def __init__(
        self,
        url: str,
        mail_from: str,
        *,
        bounce_address: str = "",
        timeout: float = TIMEOUT_SECONDS,
        breaker: Breaker | None = None,
    ) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if not parts.hostname or port == 0:
            raise InputError(
                _s(
                    "PORTAL_SMTP_URL は smtp://利用者:パスワード@サーバー:ポート "
                    "の形で書いてください。"
                )
            )
        name, self._address = parseaddr(mail_from)
        self._domain = self._address.rpartition("@")[2]
        if not self._domain or "@" not in self._address or not self._address.isascii():
            raise InputError(_s("PORTAL_MAIL_FROM は差出人のメールアドレスにしてください。"))
        if bounce_address and not (bounce_address.isascii() and bounce_address.count("@") == 1):
            raise InputError(_s("PORTAL_BOUNCE_ADDRESS はメールアドレスにしてください。"))
        self._bounce_address = bounce_address
        self._from = formataddr((name, self._address), "utf-8")
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._breaker = breaker or Breaker()

    @property
    def way(self) -> Way:
        """By SMTP, to the mail server."""
        return Way("smtp", self._host)

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> Accepted:
        """Hand the message to the mail server.

        Raises:
            SendFailedError: the recipient is refused for good (5xx), or the server cannot now.
        """
        try:
            said = self._hand_over(self._mail(message), message)
        except (SendFailedError, OSError, smtplib.SMTPException) as error:
            failure, reached = _understood(error)
            self._breaker.note(reached=reached)
            raise failure from None
        self._breaker.note(reached=True)
        return Accepted(said=said)

    def _mail(self, message: Claim) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["Subject"] = message.subject or ""
        mail["From"] = self._from
        mail["To"] = message.address
        mail["Date"] = localtime()
        # The same for every try: a mailbox can tell that a second copy is the same mail.
        mail["Message-ID"] = f"<{message.reference}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body, charset="utf-8", cte="base64")
        return mail

    def _hand_over(self, mail: EmailMessage, message: Claim) -> str:
        """Return what the server answered to the mail."""
        context = ssl.create_default_context()
        # Our own name is given: smtplib would ask the name service for it, without a time limit.
        server: smtplib.SMTP
        if self._tls:
            server = smtplib.SMTP_SSL(
                self._host, self._port, self._domain, timeout=self._timeout, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, self._domain, timeout=self._timeout)
        try:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not self._tls and not is_loopback(self._host):
                raise SendFailedError("no_tls")  # codes and the password would travel in the clear
            if self._user:
                server.login(self._user, self._password)
            said = self._deliver(server, mail, message)
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # accepted already; a lost goodbye changes nothing
        finally:
            server.close()
        return said

    def _deliver(self, server: smtplib.SMTP, mail: EmailMessage, message: Claim) -> str:
        """Give the envelope and the mail, as ``smtplib`` does, and keep the last answer."""
        sender = (
            return_path(self._bounce_address, message.reference)
            if self._bounce_address
            else self._address
        )
        reports = server.has_extn("dsn")
        # RET=HDRS: a report carries the head of the mail, never the code.
        code, said = server.mail(
            sender, ["RET=HDRS", f"ENVID={message.reference}"] if reports else []
        )
        if code != OK:
            raise smtplib.SMTPSenderRefused(code, said, sender)
        code, said = server.rcpt(
            message.address, ["NOTIFY=SUCCESS,FAILURE,DELAY"] if reports else []
        )
        if code not in (OK, WILL_FORWARD):
            raise smtplib.SMTPRecipientsRefused({message.address: (code, said)})
        code, said = server.data(mail.as_bytes())
        if code != OK:
            raise smtplib.SMTPDataError(code, said)
        return _answer(code, said)


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {text}"


def _understood(error: Exception) -> tuple[SendFailedError, bool]:
    """Return what a failure means, and whether the server itself works."""
    match error:
        case SendFailedError():
            return error, False
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()), (0, b""))
            return _refused(code, said, permanent=code >= PERMANENT), True
        case smtplib.SMTPDataError():
            permanent = error.smtp_code >= PERMANENT
            return _refused(error.smtp_code, error.smtp_error, permanent=permanent), permanent
        case smtplib.SMTPResponseException():
            return _refused(error.smtp_code, error.smtp_error, permanent=False), False
        case TimeoutError():
            return SendFailedError("timeout"), False
        case smtplib.SMTPServerDisconnected():
            return SendFailedError("no_answer"), False  # smtplib's word for silence as well
        case _:
            return SendFailedError("no_connection"), False


def _refused(code: int, said: bytes | str, *, permanent: bool) -> SendFailedError:
    return SendFailedError(f"smtp_{code}", permanent=permanent, said=_answer(code, said))
