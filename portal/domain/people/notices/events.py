"""Events of which households are informed: on their account, requests and mail."""

from typing import Self

from portal.domain.foundation.texts import Labeled, Sentence, _, _s


class AccountEvent(Labeled):
    """A change of an account, of which its owner is informed; the label is a message's subject."""

    sentence: Sentence
    """What happened, in the reader's language."""

    def __new__(cls, code: str, words: Sentence, sentence: Sentence) -> Self:
        """Make the member of a stored code word."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words, member.sentence = words, sentence
        return member

    NEW_DEVICE = (
        "new_device",
        lambda: _("新しい端末でのサインイン"),
        lambda: _("新しい端末でサインインがありました。"),
    )
    CHANNEL_CHANGED = (
        "channel_changed",
        lambda: _("連絡先の変更"),
        lambda: _("番号を受け取る方法が変わりました。"),
    )
    SIGN_IN_CHANGED = (
        "sign_in_changed",
        lambda: _("サインインの方法の変更"),
        lambda: _("サインインの方法が変わりました。"),
    )
    """A passkey came or went."""
    CHANGE_HELD = (
        "change_held",
        lambda: _("サインインの方法の変更の予約"),
        lambda: _("サインインの方法が、24時間後に変わります。取り消すには、サインインを。"),
    )
    """A change waits; who did not ask for it can call it off with what is in force now."""
    CHANGE_CANCELLED = (
        "change_cancelled",
        lambda: _("サインインの方法の変更の取り消し"),
        lambda: _("サインインの方法の変更が、取り消されました。"),
    )
    SOURCE_CLOSED = (
        "source_closed",
        lambda: _("番号の間違い"),
        lambda: _("番号の間違いが続いたため、番号の受け取りをひとつ止めました。"),
    )
    """Whoever did it has the password; the owner may need a call to sign in again."""
    BACKUP_CODES_CHANGED = (
        "backup_codes_changed",
        lambda: _("控えのコードの作りなおし"),
        lambda: _("控えのコードが、新しくなりました。"),
    )
    PASSWORD_CHANGED = (
        "password_changed",
        lambda: _("パスワードの変更"),
        lambda: _("パスワードが変わりました。"),
    )
    NEW_LETTER = (
        "new_letter",
        lambda: _("新しいお手紙"),
        lambda: _("新しいお手紙を送る手続きをしました。"),
    )
    LOSS_REPORTED = (
        "loss_reported",
        lambda: _("なくした届け出"),
        lambda: _("なくした届け出があり、はじめての端末のサインインを止めました。"),
    )
    """One item alone made it, so it may be somebody else's report."""
    REOPENED = (
        "reopened",
        lambda: _("サインインの再開"),
        lambda: _("止めていたサインインを、再開しました。"),
    )
    UNLOCKED = (
        "unlocked",
        lambda: _("サインインの再開"),
        lambda: _("電話の申し出で、サインインを再開しました。"),
    )


class ProgressEvent(Labeled):
    """An event of a household's requests or mail; the label is a message's subject."""

    sentence: Sentence
    """What happened, in the reader's language; a dated event names its last day as ``%(day)s``."""
    staff_words: Sentence
    """What the event is called in the delivery log."""

    def __new__(cls, code: str, words: Sentence, sentence: Sentence, staff_words: Sentence) -> Self:
        """Make the member of a stored code word."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words, member.sentence, member.staff_words = words, sentence, staff_words
        return member

    RECEIVED = (
        "received",
        lambda: _("申請の受け付け"),
        lambda: _("申請を受け付けました。"),
        lambda: _s("申請の受け付け"),
    )
    DECIDED = (
        "decided",
        lambda: _("申請の結果"),
        lambda: _("申請の結果が出ました。"),
        lambda: _s("申請の結果"),
    )
    RETURNED_FOR_CORRECTION = (
        "returned_for_correction",
        lambda: _("申請の直しのお願い"),
        lambda: _("申請に、直してほしいところがあります。"),
        lambda: _s("申請の直しのお願い"),
    )
    STOPPED = (
        "stopped",
        lambda: _("クーポンの停止"),
        lambda: _("クーポンの停止について、お知らせがあります。"),
        lambda: _s("クーポンの停止"),
    )
    """The stop of the electronic coupon was settled."""
    POSTED = (
        "posted",
        lambda: _("郵便の発送"),
        lambda: _("郵便を送りました。"),
        lambda: _s("郵便の発送"),
    )
    DEADLINE_NEAR = (
        "deadline_near",
        lambda: _("クーポンの期限"),
        lambda: _("クーポンを交換できるのは、%(day)sまでです。"),
        lambda: _s("交換の期限"),
    )
    CAME_BACK = (
        "came_back",
        lambda: _("戻ってきた郵便"),
        lambda: _("お送りした郵便が、戻ってきました。"),
        lambda: _s("戻ってきた郵便"),
    )
    AT_POST_OFFICE = (
        "at_post_office",
        lambda: _("お留守だったときの郵便"),
        lambda: _("お留守だったため、郵便局が、%(day)sまで郵便をあずかっています。"),
        lambda: _s("郵便局での預かり"),
    )
    FIRST_SIGN_IN = (
        "first_sign_in",
        lambda: _("はじめてのサインイン"),
        lambda: _("お手紙のIDで、はじめてのサインインがありました。"),
        lambda: _s("はじめてのサインインがあったこと"),
    )
    ACCOUNT_CHANGED = (
        "account_changed",
        lambda: _("サインインについて"),
        lambda: _("サインインについて、変わったことがありました。"),
        lambda: _s("サインインについて変わったこと"),
    )
    """By post alone, to whom no notice of an ``AccountEvent`` can be sent."""
    NOT_SIGNED_IN = (
        "not_signed_in",
        lambda: _("まだ受け取っていないクーポン"),
        lambda: _("クーポンが、まだ受け取られていません。受け取れるのは、%(day)sまでです。"),
        lambda: _s("まだサインインしていない世帯へ"),
    )


DATED_EVENTS = (
    ProgressEvent.DEADLINE_NEAR,
    ProgressEvent.AT_POST_OFFICE,
    ProgressEvent.NOT_SIGNED_IN,
)
"""Events whose sentence names a last day."""
