"""The words of SMS, shorter than elsewhere: each text fits one message in every language.

``sms_length`` measures them; a carrier cuts or bills twice what is longer.
"""

from collections.abc import Mapping

from portal.domain.foundation.texts import Sentence, _
from portal.domain.people.authn.channels import CodePurpose
from portal.domain.people.notices.events import ProgressEvent

TITLES: Mapping[CodePurpose, Sentence] = {
    CodePurpose.SIGN_IN: lambda: _("サインイン番号"),
    CodePurpose.ENROLL: lambda: _("連絡先登録の番号"),
    CodePurpose.CONFIRM: lambda: _("本人確認番号"),
    CodePurpose.CHANGE_CHANNEL: lambda: _("連絡先変更の番号"),
    CodePurpose.DECLINE: lambda: _("辞退の番号"),
    CodePurpose.WITHDRAW: lambda: _("取り下げ番号"),
    CodePurpose.REPORT_LOSS: lambda: _("届け出の番号"),
    CodePurpose.ALTERNATIVE: lambda: _("紙の代替品の番号"),
}
"""What a code is for."""
SHORT: Mapping[ProgressEvent, Sentence] = {
    ProgressEvent.DEADLINE_NEAR: lambda: _("クーポンの交換は、%(day)sまで。"),
    ProgressEvent.AT_POST_OFFICE: lambda: _("ご不在のため、郵便局に郵便があります。%(day)sまで。"),
    ProgressEvent.NOT_SIGNED_IN: lambda: _("まだ受け取っていないクーポンがあります。%(day)sまで。"),
}
"""Sentences about an event that name a day and are shorter than its own."""


def code_line() -> str:
    """Return the line that carries a code: the sender first, the code beside its title."""
    return _("%(sender)s %(title)s%(code)s 職員は聞きません")


def not_you() -> str:
    """Return what to do about a change of an account that its owner did not make."""
    return _("心当たりがなければ電話を %(telephone)s")


def see_more() -> str:
    """Return where to read on: no address, since links in SMS are how people are cheated."""
    return _("くわしくは、サインインして、ごらんください。")
