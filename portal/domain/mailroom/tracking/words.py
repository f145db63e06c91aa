"""The post's words for the status of an item, and their meaning here (``domain.md`` §3.2).

Unknown words are stored and shown to officers, who say once what they mean (``meanings``).
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.letters.shipments.states import ShipmentState


class Status(Labeled):
    """The meaning of a word of the post, as staff read it."""

    ACCEPTED = "accepted", lambda: _s("引き受け")
    IN_TRANSIT = "in_transit", lambda: _s("輸送中")
    OUT_FOR_DELIVERY = "out_for_delivery", lambda: _s("配達中")
    ABSENT = "absent", lambda: _s("不在で持ち戻り")
    HELD = "held", lambda: _s("郵便局で保管")
    REDELIVERY_BOOKED = "redelivery_booked", lambda: _s("郵便局の再配達を受け付け")
    FORWARDED = "forwarded", lambda: _s("転送")
    DELIVERED = "delivered", lambda: _s("配達ずみ")
    RETURNING = "returning", lambda: _s("差出人へ返送中")
    RETURNED = "returned", lambda: _s("差出人へ返送ずみ")
    INVESTIGATING = "investigating", lambda: _s("郵便局が調査中")
    OF_NO_EFFECT = "of_no_effect", lambda: _s("状態を変えない記録")
    UNKNOWN = "unknown", lambda: _s("未確認の言葉")


WORDS: Mapping[str, Status] = {
    "引受": Status.ACCEPTED,
    "通過": Status.IN_TRANSIT,
    "到着": Status.IN_TRANSIT,
    "中継": Status.IN_TRANSIT,
    "発送": Status.IN_TRANSIT,
    "持ち出し中": Status.OUT_FOR_DELIVERY,
    "ご不在のため持ち戻り": Status.ABSENT,
    "保管": Status.HELD,
    "配達希望受付": Status.REDELIVERY_BOOKED,
    "転送": Status.FORWARDED,
    "お届け先にお届け済み": Status.DELIVERED,
    "お届け済み": Status.DELIVERED,
    "窓口でお渡し": Status.DELIVERED,
    "差出人に返送": Status.RETURNING,
    "差出人に返送済み": Status.RETURNED,
    "調査中": Status.INVESTIGATING,
}

DECISIVE: Mapping[Status, ShipmentState] = {
    Status.ABSENT: ShipmentState.AT_POST_OFFICE,
    Status.HELD: ShipmentState.AT_POST_OFFICE,
    Status.DELIVERED: ShipmentState.DELIVERED,
    Status.RETURNING: ShipmentState.RETURNING,
    Status.RETURNED: ShipmentState.RETURNING,
}
"""The state of a shipment to which a status leads.

Even a returned item is only "returning", until it is received here.
"""

STORAGE_ENDED = "保管期間"
"""Part of the detail of a return that means that nobody collected the item in time."""


def folded(word: str) -> str:
    """Return a word without the differences that do not matter: spaces and widths."""
    return "".join(unicodedata.normalize("NFKC", word).split())


def read_word(word: str, said: Mapping[str, Status] = MappingProxyType({})) -> Status:
    """Return the meaning of a word; ``said`` are those that officers explained (``meanings``)."""
    key = folded(word)
    return WORDS.get(key) or said.get(key, Status.UNKNOWN)
