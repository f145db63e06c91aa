"""Staff texts of returned mail: reasons, states of shipments, and events on timelines."""

from portal.domain.foundation.texts import _s, label_of
from portal.domain.letters.shipments.mail import ReturnReason
from portal.domain.letters.shipments.states import ShipmentState


def return_events() -> dict[str, str]:
    """Return the texts of events of returned mail on a timeline, by the event's code."""
    return {
        "returned_mail.received": _s("戻った郵便を受け取り"),
        "returned_mail.corrected": _s("戻った理由を訂正"),
        "returned_mail.hand_to_ward": _s("戻った郵便を区に渡した"),
        "returned_mail.send_on": _s("戻った郵便を次に回した"),
        "returned_mail.destroy": _s("戻った郵便を廃棄"),
        "letter.posted": _s("手紙を差し出し"),
        "returned_mail.destruction_proposed": _s("戻った郵便の廃棄を提案"),
        "returned_mail.destruction_withdrawn": _s("廃棄の提案を取り下げ"),
    }


def return_reason(code: str | None) -> str:
    """Return the name of a reason of the post's register for returning mail."""
    return label_of(ReturnReason, code)


def shipment(code: str) -> str:
    """Return the name of a shipment's state."""
    return label_of(ShipmentState, code)
