"""What kinds of evidence, ways of handing over and documents are called in the staff's language."""

from portal.domain.foundation.texts import _s


def evidence(code: str) -> str:
    """Name a kind of evidence for a change of recipient."""
    return {
        "protection_order": _s("裁判所の保護命令"),
        "support_center": _s("支援センターなどの証明"),
        "mediation": _s("離婚の調停や裁判の書類"),
        "other": _s("そのほかの書類"),
    }.get(code, code)


def hand_over(code: str) -> str:
    """Name how a recipient gets the letter."""
    return {
        "address": _s("住所に郵送する"),
        "counter": _s("住所を使わず、区の窓口で渡す"),
        "protected": _s("支援措置の対象として、区の窓口で渡す"),
    }.get(code, code)


def checked(code: str) -> str:
    """Name a document by which somebody was recognized at the counter."""
    return {
        "individual_number": _s("マイナンバーカード"),
        "driving_license": _s("運転免許証"),
        "passport": _s("パスポート"),
        "residence_card": _s("在留カード"),
        "other": _s("そのほかの書類"),
    }.get(code, code)
