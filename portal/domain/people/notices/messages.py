"""Texts of SMS and email: they name the action and hold no personal data and no links.

Each says that staff never ask for the code.
"""

from dataclasses import dataclass, field
from datetime import date

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _, plain
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.codes import CODE_LIFE

EVENTS = ("new_device", "channel_changed", "password_changed", "new_letter", "unlocked")
PROGRESS_EVENTS = (
    "received",
    "decided",
    "returned_for_correction",
    "stopped",
    "posted",
    "deadline_near",
    "came_back",
    "at_post_office",
    "not_signed_in",
)
"""Events about which a household is informed: its requests and its mail.

``stopped``: the stop of the electronic coupon was settled.
"""
DATED_EVENTS = ("deadline_near", "at_post_office", "not_signed_in")
"""Events whose sentence names a last day."""


@dataclass(frozen=True, slots=True)
class Message:
    """Subject (email only) and text, in the language that was current when it was made."""

    subject: str | None = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """The sender of a code: the host name an SMS is bound to, and the program's name for an email."""

    host: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """A one-time code and what it is for."""

    purpose: CodePurpose
    digits: str = field(repr=False)


def code_message(kind: str, code: CodeToSend, origin: Origin) -> Message:
    """Return the message that carries a one-time code.

    The last line of an SMS binds the code to the site (``@host #code``), so that a phone fills it
    in nowhere else; an email is signed with the program's name.
    """
    title = plain(code.purpose.label)
    if kind == CodeChannel.SMS:
        text = plain(_("%(title)s %(code)s 職員は番号を聞きません。")) % {
            "title": title,
            "code": code.digits,
        }
        return Message(None, f"{text}\n@{origin.host.partition(':')[0]} #{code.digits}")
    minutes = int(CODE_LIFE.total_seconds() // 60)
    parts = [
        plain(_("%(title)s：%(code)s")) % {"title": title, "code": code.digits},
        plain(_("この番号は%(minutes)d分間、1回だけ使えます。サイトの画面に入力してください。"))
        % {"minutes": minutes},
        plain(
            _(
                "職員やコールセンターが、この番号を聞くことはありません。"
                "だれにも教えないでください。心当たりがないときは、"
                "何もしなくてかまいません。"
            )
        ),
    ]
    return Message(title, _letter(parts, origin.name))


def _event_texts(event: str) -> tuple[str, str]:
    match event:
        case "new_device":
            return _("新しい端末でのサインイン"), _("新しい端末でサインインがありました。")
        case "channel_changed":
            return _("連絡先の変更"), _("番号を受け取る方法が変わりました。")
        case "password_changed":
            return _("パスワードの変更"), _("パスワードが変わりました。")
        case "new_letter":
            return _("新しいお手紙"), _("新しいお手紙を送る手続きをしました。")
        case "unlocked":
            return _("サインインの再開"), _("電話の申し出で、サインインを再開しました。")
        case _other:
            raise ValueError("unknown event")


def notice_message(kind: str, event: str, *, sender: str = "") -> Message:
    """Return the message that informs the owner of an account of an event (``EVENTS``).

    Raises:
        ValueError: the event has no text.
    """
    title, what = (plain(text) for text in _event_texts(event))
    advice = plain(_("心当たりがないときは、コールセンターに電話してください。"))
    if kind == CodeChannel.SMS:
        return Message(None, f"{what}\n{advice}")
    where = plain(_("電話番号は、区から届いたお手紙にあります。"))
    return Message(title, _letter([what, f"{advice}{where}"], sender))


def progress_texts(event: str, due: date | None = None) -> tuple[str, str]:
    """Return title and sentence of an event of ``PROGRESS_EVENTS``; ``due`` is a last day (JST).

    In やさしい日本語 they carry readings.

    Raises:
        ValueError: the event has no text.
    """
    title, what = _progress_texts(event)
    return title, what if due is None else what % {"day": format_day(due)}


def _progress_texts(event: str) -> tuple[str, str]:
    match event:
        case "received":
            return _("申請の受け付け"), _("申請を受け付けました。")
        case "decided":
            return _("申請の結果"), _("申請の結果が出ました。")
        case "returned_for_correction":
            return _("申請の直しのお願い"), _("申請に、直してほしいところがあります。")
        case "stopped":
            return _("クーポンの停止"), _("クーポンの停止について、お知らせがあります。")
        case "posted":
            return _("郵便の発送"), _("郵便を送りました。")
        case "deadline_near":
            return _("クーポンの期限"), _("クーポンを交換できるのは、%(day)sまでです。")
        case "not_signed_in":
            return _("まだ受け取っていないクーポン"), _(
                "クーポンが、まだ受け取られていません。受け取れるのは、%(day)sまでです。"
            )
        case "at_post_office":
            return _("お留守だったときの郵便"), _(
                "お留守だったため、郵便局が、%(day)sまで郵便をあずかっています。"
            )
        case "came_back":
            return _("戻ってきた郵便"), _("お送りした郵便が、戻ってきました。")
        case _other:
            raise ValueError("unknown event")


def progress_message(
    kind: str, event: str, *, due: date | None = None, sender: str = ""
) -> Message:
    """Return the message about an event of a household's request: what, and where to look.

    Raises:
        ValueError: the event has no text.
    """
    title, what = (plain(text) for text in progress_texts(event, due))
    where = plain(_("くわしくは、サインインして、ごらんください。"))
    if kind == CodeChannel.SMS:
        return Message(None, f"{what}\n{where}")
    advice = plain(_("心当たりがないときは、コールセンターに電話してください。"))
    number = plain(_("電話番号は、区から届いたお手紙にあります。"))
    return Message(title, _letter([what, where, f"{advice}{number}"], sender))


def _letter(parts: list[str], sender: str) -> str:
    closing = plain(_("このメールには返信できません。"))
    return "\n\n".join([*parts, closing, *([sender] if sender else [])]) + "\n"
