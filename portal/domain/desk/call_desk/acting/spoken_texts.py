"""The sentences spoken to the caller about an act, in the caller's language.

They say what the act does, that it was done, and its receipt number. The texts are those of the
residents' catalog ``messages``, so that the desk says the same as the site and the letters.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from portal.domain.desk.call_desk.acting.kinds import Act
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _, plain, use_locale

Sentence = Callable[[], str]

_BEFORE: Mapping[Act, tuple[Sentence, ...]] = MappingProxyType(
    {
        Act.REDELIVERY: (
            lambda: _("区に登録された住所に、もう一度送ります。ほかの住所には送れません。"),
        ),
        Act.NEW_LETTER: (
            lambda: _(
                "新しいIDとパスワードの手紙を、区に登録された住所に送ります。"
                "ほかの住所には送れません。"
            ),
            lambda: _("新しい手紙ができると、いまのIDとパスワードは使えなくなります。"),
        ),
        Act.UNLOCK: (lambda: _("もう一度サインインできるようにします。"),),
        Act.LOST: (
            lambda: _("いまのIDとパスワードは、すぐに使えなくなります。"),
            lambda: _("新しい手紙を、区に登録された住所に送ります。届いたら、また使えます。"),
        ),
        Act.ALTERNATIVE: (
            lambda: _("申し込むと、電子クーポンは使えなくなります。"),
            lambda: _("区に登録された住所に送ります。"),
            lambda: _("小包を用意する前なら、取り下げられます。"),
        ),
        Act.DECLINE_FORM: (
            lambda: _("辞退届の用紙を、区に登録された住所に送ります。"),
            lambda: _(
                "電話だけでは、辞退になりません。用紙を出すまで、クーポンはそのまま使えます。"
            ),
        ),
        Act.CHANNEL: (
            lambda: _("いまの受け取り方をやめて、新しい受け取り方を登録できるようにします。"),
            lambda: _(
                "変わるのは、担当者の確認から24時間後です。それまでは、いまの受け取り方で取り消せます。"
            ),
            lambda: _("そのあとのサインインで、世帯主の生年月日を、もう一度お聞きします。"),
        ),
        Act.COUPON_FAULT: (
            lambda: _("クーポンの会社に聞いて、調べます。クーポンの番号は、言わないでください。"),
            lambda: _("使われていなければ、いまのクーポンを止めて、新しいクーポンを出します。"),
        ),
        Act.LETTER_SIZE: (
            lambda: _("次の手紙から、文字の大きさを変えます。理由は聞きません。"),
            lambda: _("いつでも、もとに戻せます。"),
        ),
    }
)
_AFTER: Mapping[Act, tuple[Sentence, ...]] = MappingProxyType(
    {
        Act.REDELIVERY: (lambda: _("担当者が確認してから、もう一度送ります。"),),
        Act.NEW_LETTER: (lambda: _("担当者が確認してから、新しい手紙を送ります。"),),
        Act.UNLOCK: (lambda: _("もう一度サインインできます。"),),
        Act.LOST: (
            lambda: _("いまのIDとパスワードは、もう使えません。新しい手紙をお待ちください。"),
        ),
        Act.ALTERNATIVE: (lambda: _("担当者が確認してから、紙の代替品を送ります。"),),
        Act.DECLINE_FORM: (
            lambda: _("まだ辞退にはなっていません。用紙に書いて、送ってください。"),
        ),
        Act.CHANNEL: (
            lambda: _("もうひとりの担当者が確認します。そのあと、登録できるようになります。"),
        ),
        Act.COUPON_FAULT: (
            lambda: _("結果が出たら、お知らせします。ホームの画面でも見られます。"),
        ),
        Act.LETTER_SIZE: (lambda: _("次の手紙から変わります。"),),
    }
)


_NAMES: Mapping[Act, Sentence] = MappingProxyType(
    {
        Act.REDELIVERY: lambda: _("再配送"),
        Act.NEW_LETTER: lambda: _("新しい手紙"),
        Act.UNLOCK: lambda: _("サインインの再開"),
        Act.LOST: lambda: _("紛失の届け出"),
        Act.ALTERNATIVE: lambda: _("紙の代替品"),
        Act.DECLINE_FORM: lambda: _("辞退届の用紙"),
        Act.CHANNEL: lambda: _("番号の受け取り方の変更"),
        Act.COUPON_FAULT: lambda: _("お店で使えないクーポンの件"),
        Act.LETTER_SIZE: lambda: _("手紙の文字の大きさ"),
    }
)


class Line(Struct, frozen=True):
    """One sentence in Japanese, and in the caller's language if it is another one (else "")."""

    japanese: str
    spoken: str


def beside(said: Callable[[str], Sequence[str]], locale: str) -> list[Line]:
    """Return sentences in Japanese and in ``locale``; ``said`` returns them in a language."""
    japanese = said(SOURCE_LOCALE)
    spoken = said(locale) if locale != SOURCE_LOCALE else [""] * len(japanese)
    return [Line(one, other) for one, other in zip(japanese, spoken, strict=True)]


def name_of(act: Act) -> str:
    """Return the name of an act as residents read it in their list of requests."""
    return _NAMES[act]()


def before(act: Act, locale: str) -> tuple[str, ...]:
    """Return what the caller is told before the act, with the question at the end."""
    with use_locale(locale):
        return (*(plain(sentence()) for sentence in _BEFORE[act]), plain(_("よろしいですか。")))


def after(act: Act, receipt_no: str, locale: str, *, asked_back: bool = False) -> tuple[str, ...]:
    """Return what the caller is told after the act, the receipt number first.

    ``asked_back``: somebody has signed in already, so the account's owner confirms the request
    first.
    """
    with use_locale(locale):
        number = plain(_("受け付けました。受付番号は、%(number)sです。")) % {"number": receipt_no}
        if asked_back:
            first = _("ご自身の申し込みかどうか、答えてください。答えるまで、手紙は送りません。")
            return (number, plain(_("登録された連絡先に、お知らせを送りました。")), plain(first))
        return (number, *(plain(sentence()) for sentence in _AFTER[act]))
