"""Email through a mail server.

Time limits everywhere, TLS where it is offered, one stable Message-ID per message.
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
from portal.platform.senders.sending import Breaker, SendFailedError
from portal.platform.senders.sms import is_loopback

TIMEOUT_SECONDS = 10.0


class SmtpSender:
    """Hands mails to the server of ``smtp://user:password@host:port`` (STARTTLS when offered) or ``smtps://…``.

    ``mail_from`` is an address, or a name with an address in angle brackets.
    """

    keeps_body = False

    def __init__(
        self,
        url: str,
        mail_from: str,
        *,
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
        self._from = formataddr((name, self._address), "utf-8")
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout
        self._breaker = breaker or Breaker()

    def capacity(self, free: int, running: int) -> int:
        """Return how many messages the breaker lets through now."""
        return self._breaker.capacity(free, running)

    def send(self, message: Claim) -> None:
        """Hand the message to the mail server.

        Raises:
            SendFailedError: the recipient is refused for good (5xx), or the server cannot now.
        """
        mail = self._mail(message)
        try:
            self._hand_over(mail, message.address)
        except SendFailedError:
            self._breaker.note(reached=False)
            raise
        except smtplib.SMTPRecipientsRefused as error:
            self._breaker.note(reached=True)
            code = next((int(answer[0]) for answer in error.recipients.values()), 0)
            raise SendFailedError(f"smtp_{code}", permanent=code >= 500) from None
        except smtplib.SMTPDataError as error:
            permanent = error.smtp_code >= 500
            self._breaker.note(reached=permanent)
            raise SendFailedError(f"smtp_{error.smtp_code}", permanent=permanent) from None
        except smtplib.SMTPResponseException as error:
            self._breaker.note(reached=False)
            raise SendFailedError(f"smtp_{error.smtp_code}") from None
        except TimeoutError:
            self._breaker.note(reached=False)
            raise SendFailedError("timeout") from None
        except smtplib.SMTPServerDisconnected:
            self._breaker.note(reached=False)
            raise SendFailedError("no_answer") from None  # smtplib's word for silence as well
        except (OSError, smtplib.SMTPException):
            self._breaker.note(reached=False)
            raise SendFailedError("no_connection") from None
        self._breaker.note(reached=True)

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

    def _hand_over(self, mail: EmailMessage, address: str) -> None:
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
            elif not self._tls and self._user and not is_loopback(self._host):
                raise SendFailedError("no_tls")  # the password would travel in the clear
            if self._user:
                server.login(self._user, self._password)
            server.send_message(mail, self._address, [address])
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()  # accepted already; a lost goodbye changes nothing
        finally:
            server.close()
