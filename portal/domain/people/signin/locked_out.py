"""Requests of people who cannot sign in: counted per network, one per form, one kind of receipt."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from portal.domain.foundation.texts import Labeled, _
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.public_forms import PublicForm, accept_once, earlier_receipt
from portal.domain.people.signin.account import ask_without_sign_in
from portal.domain.people.tasks.models import Task

CALL_BACK_RECEIPT = "lost-receipt"


class Trouble(Labeled):
    """Why somebody cannot sign in, in the words of the form.

    Decline, alternative and redelivery have a deadline: the time of the receipt counts for them
    once staff have checked the person (``honor``).
    """

    LETTER_LOST = "letter_lost", lambda: _("手紙をなくした")
    LETTER_MISSING = "letter_missing", lambda: _("手紙が届かない")
    PASSWORD = "password", lambda: _("パスワードがわからない")
    PHONE = "phone", lambda: _("スマートフォンや電話番号が変わった、なくした")
    DECLINE = "decline", lambda: _("クーポンを辞退したいが、サインインできない")
    ALTERNATIVE = "alternative", lambda: _("紙の代替品に変えたいが、サインインできない")
    REDELIVERY = "redelivery", lambda: _("もう一度送ってほしいが、サインインできない")
    OTHER = "other", lambda: _("どれでもない、何もうまくいかない")


@dataclass(frozen=True, slots=True)
class CallBack:
    """What the visitor wrote, as typed.

    ``telephone`` serves the call back; nothing is ever sent to it.
    """

    trouble: str
    name: str = field(repr=False)
    telephone: str = field(repr=False)
    login_id: str = field(repr=False, default="")


def ask_call_back(work: Work, wish: CallBack, form_key: str, address: str) -> str:
    """Accept a request and return its receipt number; the same form again returns the same number.

    Raises:
        ThrottledError: limit T9 of a day (``security.md`` §2); a form accepted before
            still gets its number.
    """
    sender = (wish.login_id, wish.name, wish.telephone)
    form = PublicForm(throttles.LOST_FORM, "lost", form_key, address, sender, (wish.trouble,))
    return earlier_receipt(work.session, form) or accept_once(
        work, form, lambda: ask_without_sign_in(work, asdict(wish)).receipt_no
    )


def stamp(work: Work, receipt_no: str, purpose: str = CALL_BACK_RECEIPT) -> str:
    """Return the time of a request, signed, for the address of its receipt page.

    UTC seconds and a signature; that of one kind of receipt (``purpose``) fits no other.
    """
    at = work.session.scalars(select(Task.created_at).where(Task.receipt_no == receipt_no)).one()
    seconds = str(int(at.timestamp()))
    return f"{seconds}-{work.vault.sign(purpose, receipt_no + seconds)}"


def stamped_at(
    vault: Vault, receipt_no: str, sealed: str, purpose: str = CALL_BACK_RECEIPT
) -> datetime | None:
    """Return the time of a stamp that we made for this number, else None.

    Nothing is looked up, so no number can be tried out.
    """
    seconds, _dash, signature = sealed.partition("-")
    if not seconds.isascii() or not seconds.isdigit() or len(seconds) > 12:
        return None
    if not vault.has_signed(purpose, receipt_no + seconds, signature):
        return None
    return datetime.fromtimestamp(int(seconds), UTC)
