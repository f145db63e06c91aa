"""Staff texts of coupon faults, incidents, site notices and downtime."""

from portal.domain.foundation.texts import _s, kept_per_language
from portal.domain.oversight.reports.incidents import words as papers

said = kept_per_language(papers.shop_said)
issuer_answer = kept_per_language(papers.issuer_answer)
incident_kind = kept_per_language(papers.incident_kind)
field = kept_per_language(papers.field)
report = kept_per_language(papers.title)
stopped = kept_per_language(papers.stopped)


@kept_per_language
def source(code: str) -> str:
    """Return how a coupon fault reached us."""
    return {
        "call": _s("電話"),
        "fax": _s("FAX"),
        "resident": _s("本人（ポータル）"),
        "counter": _s("窓口"),
        "post": _s("郵便"),
    }.get(code, code)


@kept_per_language
def fault_state(code: str) -> str:
    """Return the name of a coupon fault's state."""
    return {
        "reported": _s("受け付け"),
        "looked_up": _s("発行者に確認ずみ"),
        "stopping": _s("停止の答え待ち"),
        "no_code": _s("停止ずみ・新しいコード待ち"),
        "replaced": _s("差し替えずみ"),
        "explained": _s("説明して終わり"),
        "refused": _s("対象外として終わり"),
    }.get(code, code)


def fault_mark(code: str) -> str:
    """Return the kind of mark of a coupon fault's state."""
    return {"replaced": "good", "explained": "plain", "refused": "plain"}.get(code, "wait")


@kept_per_language
def outcome(code: str) -> str:
    """Return why a case ended without a new code."""
    return {
        "shop_mistake": _s("店の間違い"),
        "used_by_household": _s("世帯が使っていた"),
        "expired": _s("期限が過ぎていた"),
        "works_now": _s("いまは使える"),
        "other_request": _s("別の申請で決まった"),
        "not_ours": _s("この事業のクーポンではない"),
        "other": _s("そのほか"),
    }.get(code, code)


@kept_per_language
def incident_state(code: str) -> str:
    """Return the name of an incident's state."""
    return {
        "open": _s("対応中"),
        "contained": _s("広がりを止めた"),
        "reported": _s("区に報告ずみ"),
        "closed": _s("終わり"),
    }.get(code, code)


@kept_per_language
def clock(code: str) -> str:
    """Return the name of a clock of an incident."""
    return {
        "tell_ward": _s("区に知らせる（すぐに）"),
        "first": _s("事故報告書（速報）: 3〜5日"),
        "final": _s("事故報告書（確報）: 30日、悪意なら60日"),
    }.get(code, code)


@kept_per_language
def pace(code: str) -> str:
    """Return the status of a clock."""
    return {
        "done": _s("すみ"),
        "late": _s("すみ（期限のあと）"),
        "running": _s("期限前"),
        "soon": _s("もうすぐ期限"),
        "over": _s("期限を過ぎました"),
    }.get(code, code)


def pace_mark(code: str) -> str:
    """Return the kind of mark of a clock."""
    return {"done": "good", "late": "stop", "over": "stop", "soon": "wait"}.get(code, "plain")


@kept_per_language
def subject(code: str) -> str:
    """Return the name of what an incident touches."""
    return {"letter": _s("手紙"), "coupon": _s("コード"), "household": _s("世帯")}.get(code, code)


@kept_per_language
def found_by(code: str) -> str:
    """Return how a subject was added to an incident."""
    return {
        "typed": _s("番号を入力"),
        "run": _s("印刷から"),
        "batch": _s("クーポンの注文から"),
        "log": _s("操作の記録から"),
    }.get(code, code)


@kept_per_language
def result(code: str) -> str:
    """Return what was done about a letter or a code."""
    return {
        "listed": _s("まだ止めていない"),
        "stopped": _s("止めた"),
        "awaited": _s("発行者の答え待ち"),
        "spent": _s("もう使われていた"),
        "cannot": _s("発行者が止められない（隠した）"),
        "in_stock": _s("在庫（だれも持っていない）"),
        "over": _s("もう終わっていた"),
        "pull": _s("引き抜き・取り戻しが必要（IDは停止）"),
    }.get(code, code)


@kept_per_language
def report_state(code: str) -> str:
    """Return the name of a report's state."""
    return {
        "written": _s("区の確認待ち"),
        "confirmed": _s("区が確認"),
        "given_back": _s("差し戻し"),
    }.get(code, code)


@kept_per_language
def what(code: str) -> str:
    """Return the name of what is searched in the audit log."""
    return {
        "looked": _s("見た"),
        "printed": _s("印刷した・渡した"),
        "taken": _s("持ち出した（ファイル）"),
        "any": _s("すべての操作"),
    }.get(code, code)


@kept_per_language
def notice_kind(code: str) -> str:
    """Return the subject of a site notice."""
    return {
        "outage": _s("障害"),
        "planned": _s("計画停止"),
        "fault": _s("クーポン・事故"),
        "mail": _s("郵便"),
    }.get(code, code)


@kept_per_language
def notice_state(code: str) -> str:
    """Return the name of a site notice's state."""
    return {
        "draft": _s("下書き"),
        "waiting": _s("承認待ち"),
        "published": _s("公開"),
        "withdrawn": _s("取り下げ"),
    }.get(code, code)


@kept_per_language
def downtime_state(code: str) -> str:
    """Return the name of a stop's state."""
    return {
        "planned": _s("予定"),
        "running": _s("止まっている"),
        "ended": _s("終わった"),
        "cancelled": _s("取りやめ"),
    }.get(code, code)


def incident_events() -> dict[str, str]:
    """Return the texts of incident events on a timeline, by the event's name."""
    return {
        "coupon_fault.reported": _s("お店で使えないクーポンを受け付け"),
        "coupon_fault.read": _s("お店で言われたことを見た"),
        "coupon_fault.look_up": _s("発行者にコードの状態を確認"),
        "coupon_fault.ask_stop": _s("使えないコードの停止を依頼"),
        "coupon_fault.found_spent": _s("停止の前に使われていたと発行者が回答"),
        "coupon_fault.run_short": _s("コードを停止、新しいコードは準備中"),
        "coupon_fault.replace": _s("使えないコードを新しいコードに差し替え"),
        "coupon_fault.overtake": _s("別の申請で決まり、差し替えずに終わり"),
        "coupon_fault.explain": _s("クーポンの調査を説明して終わり"),
        "coupon_fault.refuse": _s("クーポンの調査を対象外として終わり"),
        "report.taken": _s("報告書や一覧をファイルで持ち出した"),
        "coupon.stop_list": _s("停止の一覧をファイルで持ち出した"),
        "escalation.sheet_taken": _s("区への引き継ぎの表を持ち出した"),
    }
