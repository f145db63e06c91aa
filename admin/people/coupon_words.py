"""What the issuer's statuses of a code are called."""

from portal.domain.foundation.texts import _s


def status_text(status: str) -> str:
    """Name what an issuer says of a code."""
    names = {
        "unused": _s("未使用"),
        "part_used": _s("一部利用"),
        "exchanged": _s("交換済"),
        "expired": _s("期限切れ"),
        "stopped": _s("停止"),
    }
    return names.get(status, status)
