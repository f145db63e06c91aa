"""What subcontractors, archives, pull lists and dispatches are called in the staff's language."""

from portal.domain.texts import _s, kept_per_language


@kept_per_language
def purpose(code: str) -> str:
    """Name what a subcontractor does."""
    return {
        "mail_house": _s("手紙の印刷・封入"), "issuer": _s("クーポンの発行"), "interpreter": _s("通訳"), "other": _s("そのほか"),
    }.get(code, code)  # fmt: skip


@kept_per_language
def company_state(code: str) -> str:
    """Name a subcontractor's state."""
    return {
        "proposed": _s("区の承諾を待っています"), "consented": _s("承諾ずみ"), "refused": _s("承諾されませんでした"),
        "ended": _s("終わりました"),
    }.get(code, code)  # fmt: skip


@kept_per_language
def sent_what(code: str) -> str:
    """Name what a sent file was."""
    return {"letters": _s("手紙"), "pull_list": _s("引抜きの一覧"), "other": _s("そのほか")}.get(code, code)


@kept_per_language
def archive_state(code: str) -> str:
    """Name an archive's state."""
    return {
        "built": _s("作成ずみ"), "sent": _s("渡しました"), "dropped": _s("作りなおしました"), "lost": _s("失われました"),
    }.get(code, code)  # fmt: skip
