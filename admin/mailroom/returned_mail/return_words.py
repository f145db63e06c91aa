"""Staff texts of returned mail: reasons, states of shipments, and events on timelines."""

from admin.labels import labels
from portal.domain.foundation.texts import _s
from portal.domain.letters.shipments.mail import ReturnReason
from portal.domain.letters.shipments.states import ShipmentState

return_reason = labels(ReturnReason)
shipment = labels(ShipmentState)


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
