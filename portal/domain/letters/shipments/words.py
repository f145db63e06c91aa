"""Texts for residents about mail: where it is, its class, and why it came back."""

from collections.abc import Mapping

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _
from portal.domain.letters.shipments.mail import (
    ADDRESS_UNKNOWN,
    DIED,
    FORWARDING_ENDED,
    MOVED_UNKNOWN,
    NAME_INCOMPLETE,
    NOT_FORWARDED,
    ORDINARY,
    OTHER,
    PARCEL,
    RECORDED,
    REFUSED,
    REGISTERED,
    SIMPLE_REGISTERED,
    STORAGE_ENDED,
)
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.states import ShipmentState


def where(shipment: Shipment | None) -> str:
    """Return a sentence for residents about where the mail is.

    Without any report of the post it is 未確認; nothing is guessed.
    """
    if shipment is None:
        return _("未確認")
    match shipment.state:
        case ShipmentState.PLANNED:
            return _("発送の準備をしています。")
        case ShipmentState.POSTED:
            return _("発送しました。いまどこにあるかは、未確認です。")
        case ShipmentState.AT_POST_OFFICE if shipment.kept_until is not None:
            return _("郵便局で預かっています（%(day)sまで）。") % {
                "day": format_day(shipment.kept_until)
            }
        case ShipmentState.AT_POST_OFFICE:
            return _("郵便局で預かっています。")
        case ShipmentState.DELIVERED:
            return _("届きました。")
        case ShipmentState.RETURNING:
            return _("事務局に戻る途中です。")
        case ShipmentState.RETURNED:
            return _("事務局に戻りました。")
        case ShipmentState.LOST:
            return _("郵便局が探しています。コールセンターにお電話ください。")
        case _other:
            return _("発送を取りやめました。")


def class_name(mail_class: str | None) -> str:
    """Return the name of a mail class as the post office writes it."""
    names: Mapping[str, str] = {
        SIMPLE_REGISTERED: _("簡易書留"),
        REGISTERED: _("一般書留"),
        RECORDED: _("特定記録"),
        ORDINARY: _("普通郵便"),
        PARCEL: _("ゆうパック"),
    }
    return names.get(mail_class or "", _("未確認"))


def reason_words(reason: str | None) -> str:
    """Return a sentence for residents about why mail came back."""
    sentences: Mapping[str, str] = {
        ADDRESS_UNKNOWN: _("住所が見つかりませんでした。"),
        NAME_INCOMPLETE: _("宛名がはっきりしませんでした。"),
        MOVED_UNKNOWN: _("引っ越し先がわかりませんでした。"),
        FORWARDING_ENDED: _("転送の期間が終わっていました。"),
        STORAGE_ENDED: _("郵便局で預かる期間が過ぎました。"),
        REFUSED: _("受け取りが断られました。"),
        DIED: _("受取人が亡くなっていました。"),
        NOT_FORWARDED: _("転送しない郵便のため、戻りました。"),
        OTHER: _("そのほかの理由で、戻りました。"),
    }
    return sentences.get(reason or "", _("理由は、未確認です。"))
