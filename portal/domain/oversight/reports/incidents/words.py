"""Japanese labels in reports about accidents and refused coupons; the ward reads them on paper."""

from portal.domain.foundation.texts import _s


def incident_kind(code: str) -> str:
    """Return the label of a kind of incident."""
    return {
        "lost_letters": _s("手紙の紛失"),
        "wrong_delivery": _s("誤配達"),
        "wrong_count": _s("封入の間違い（数や人の違い）"),
        "lost_file": _s("ファイルの紛失"),
        "leak": _s("個人情報の漏えい"),
        "misuse": _s("不正な使用・詐欺"),
        "coupon_fault": _s("クーポンが使えない"),
        "access": _s("不正なアクセス"),
        "outage": _s("システムの停止"),
        "other": _s("そのほか"),
    }.get(code, code)


def field(code: str) -> str:
    """Return the label of one of the nine fields of a report."""
    return {
        "summary": _s("概要"),
        "items": _s("漏えいなどの項目"),
        "people": _s("人数"),
        "cause": _s("原因"),
        "secondary": _s("二次被害とそのおそれ"),
        "persons": _s("本人への対応"),
        "publication": _s("公表"),
        "prevention": _s("再発防止"),
        "other": _s("その他"),
    }.get(code, code)


def title(code: str) -> str:
    """Return the title of a kind of report."""
    return {
        "first": _s("事故報告書（速報）"),
        "progress": _s("経過報告書"),
        "final": _s("事故報告書（確報）"),
        "result": _s("結果報告書"),
    }.get(code, code)


def subject(code: str) -> str:
    """Return the label of what an incident touches."""
    return {
        "letter": _s("手紙"),
        "coupon": _s("コード"),
        "household": _s("世帯（操作の記録から）"),
    }.get(code, code)


def result(code: str) -> str:
    """Return the label of what was done about a letter or a code."""
    return {
        "listed": _s("まだ止めていない"),
        "stopped": _s("止めた"),
        "awaited": _s("発行者の答え待ち"),
        "spent": _s("もう使われていた"),
        "cannot": _s("発行者が止められない（画面に出さない）"),
        "in_stock": _s("在庫（だれも持っていない）"),
        "over": _s("もう終わっていた"),
        "pull": _s("引き抜き・取り戻し（IDは停止）"),
    }.get(code, code)


def fault_state(code: str) -> str:
    """Return the label of a refused coupon's state."""
    return {
        "reported": _s("受け付けた"),
        "looked_up": _s("発行者に確かめた"),
        "stopping": _s("古いコードの停止を待っている"),
        "no_code": _s("古いコードは無効、新しいコードを待っている"),
        "replaced": _s("新しいコードに差し替えた"),
        "explained": _s("説明して終わった"),
        "refused": _s("対象外として終わった"),
    }.get(code, code)


def shop_said(code: str) -> str:
    """Return the label of what the shop said."""
    return {
        "not_read": _s("コードを読み取れない"),
        "used": _s("もう使われている"),
        "expired": _s("期限が過ぎている"),
        "stopped": _s("止められている"),
        "not_accepted": _s("この店では使えない"),
        "other": _s("そのほか"),
    }.get(code, code)


def issuer_answer(code: str) -> str:
    """Return the label of the issuer's status of a code."""
    return {
        "unused": _s("使われていない"),
        "part_used": _s("一部が使われた"),
        "exchanged": _s("全部が使われた"),
        "expired": _s("期限切れ"),
        "stopped": _s("停止ずみ"),
        "unknown": _s("発行者に記録がない"),
    }.get(code, _s("未確認"))


def stopped(code: str) -> str:
    """Return the label of what was down."""
    return {
        "resident_site": _s("住民のサイト"),
        "staff_site": _s("職員のサイト"),
        "codes": _s("確認の番号の送信"),
        "issuer": _s("クーポンの発行者"),
        "telephone": _s("電話"),
    }.get(code, code)
