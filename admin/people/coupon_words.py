"""Staff's words for the issuer's statuses of a code."""

from portal.domain.foundation.texts import _s


def status_text(status: str) -> str:
    """Return the name of a status reported by an issuer."""
    names = {
        "unused": _s("未使用"),
        "part_used": _s("一部利用"),
        "exchanged": _s("交換済"),
        "expired": _s("期限切れ"),
        "stopped": _s("停止"),
    }
    return names.get(status, status)
