"""What documents are called in the staff's language."""

from portal.domain.foundation.texts import _s


def checked(code: str) -> str:
    """Name a document by which somebody was recognized at the counter."""
    return {
        "individual_number": _s("マイナンバーカード"),
        "driving_license": _s("運転免許証"),
        "passport": _s("パスポート"),
        "residence_card": _s("在留カード"),
        "other": _s("そのほかの書類"),
    }.get(code, code)
