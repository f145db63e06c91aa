"""Staff's words for proofs, archives, recall lists and planned postings."""

from collections.abc import Iterable

from portal.domain.foundation.texts import _s, kept_per_language


@kept_per_language
def archive_state(code: str) -> str:
    """Return the name of an archive's state."""
    return {
        "built": _s("作成ずみ"),
        "sent": _s("渡しました"),
        "dropped": _s("作りなおしました"),
        "lost": _s("失われました"),
    }.get(code, code)


@kept_per_language
def proof_state(code: str) -> str:
    """Return the name of a proof's state."""
    return {
        "made": _s("承認を待っています"),
        "approved": _s("承認ずみ"),
        "refused": _s("承認されませんでした"),
    }.get(code, code)


def proof_places(codes: Iterable[str]) -> str:
    """Return why a letter is checked."""
    return "・".join(dict.fromkeys(_place(code) for code in codes))


@kept_per_language
def _place(code: str) -> str:
    return {
        "first": _s("はじめ"),
        "last": _s("終わり"),
        "random": _s("くじ"),
        "longest": _s("名前がいちばん長い"),
        "counter": _s("区窓口交付"),
    }.get(code, code)


@kept_per_language
def recall_reason(code: str) -> str:
    """Return why a letter must be recalled."""
    return {
        "died": _s("亡くなった人がいる"),
        "moved": _s("引っ越した"),
        "removed": _s("名簿から外れた"),
        "declined": _s("受け取るこどもがいない（辞退など）"),
        "stopped": _s("保留などで止めた"),
    }.get(code, code)


@kept_per_language
def recall_state(code: str) -> str:
    """Return the name of the state of a letter on a recall list."""
    return {
        "listed": _s("まだ送っていません"),
        "sent": _s("返事を待っています"),
        "pulled": _s("抜き取りました"),
        "already_posted": _s("差し出したあとでした（IDは停止）"),
    }.get(code, code)


@kept_per_language
def dispatch_state(code: str) -> str:
    """Return the name of the state of a planned posting."""
    return {"planned": _s("予定"), "sent": _s("送りました"), "cancelled": _s("取りやめ")}.get(
        code, code
    )
