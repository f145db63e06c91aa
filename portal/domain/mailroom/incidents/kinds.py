"""Kinds, reasons and results of incidents and coupon faults, with their labels for staff."""

from enum import StrEnum

from portal.domain.foundation.texts import Labeled, _s


class Source(Labeled):
    """How the report of a coupon fault reached us."""

    CALL = "call", lambda: _s("電話")
    FAX = "fax", lambda: _s("FAX")
    RESIDENT = "resident", lambda: _s("本人（ポータル）")
    COUNTER = "counter", lambda: _s("窓口")
    POST = "post", lambda: _s("郵便")


class ShopAnswer(Labeled):
    """What the shop said about the coupon."""

    NOT_READ = "not_read", lambda: _s("コードを読み取れない")
    USED = "used", lambda: _s("もう使われている")
    EXPIRED = "expired", lambda: _s("期限が過ぎている")
    STOPPED = "stopped", lambda: _s("止められている")
    NOT_ACCEPTED = "not_accepted", lambda: _s("この店では使えない")
    OTHER = "other", lambda: _s("そのほか")


class IssuerStatus(Labeled):
    """The issuer's status of a code; ``UNKNOWN`` if it does not know the code."""

    UNUSED = "unused", lambda: _s("使われていない")
    PART_USED = "part_used", lambda: _s("一部が使われた")
    EXCHANGED = "exchanged", lambda: _s("全部が使われた")
    EXPIRED = "expired", lambda: _s("期限切れ")
    STOPPED = "stopped", lambda: _s("停止ずみ")
    UNKNOWN = "unknown", lambda: _s("発行者に記録がない")


class Outcome(Labeled):
    """Why a case ended without a new code."""

    SHOP_MISTAKE = "shop_mistake", lambda: _s("店の間違い")
    USED_BY_HOUSEHOLD = "used_by_household", lambda: _s("世帯が使っていた")
    EXPIRED = "expired", lambda: _s("期限が過ぎていた")
    WORKS_NOW = "works_now", lambda: _s("いまは使える")
    OTHER_REQUEST = "other_request", lambda: _s("別の申請で決まった")
    NOT_OURS = "not_ours", lambda: _s("この事業のクーポンではない")
    OTHER = "other", lambda: _s("そのほか")


class IncidentKind(Labeled):
    """What kind of incident happened."""

    LOST_LETTERS = "lost_letters", lambda: _s("手紙の紛失")
    WRONG_DELIVERY = "wrong_delivery", lambda: _s("誤配達")
    WRONG_COUNT = "wrong_count", lambda: _s("封入の間違い（数や人の違い）")
    LOST_FILE = "lost_file", lambda: _s("ファイルの紛失")
    LEAK = "leak", lambda: _s("個人情報の漏えい")
    MISUSE = "misuse", lambda: _s("不正な使用・詐欺")
    COUPON_FAULT = "coupon_fault", lambda: _s("クーポンが使えない")
    ACCESS = "access", lambda: _s("不正なアクセス")
    OUTAGE = "outage", lambda: _s("システムの停止")
    OTHER = "other", lambda: _s("そのほか")


class ReportField(Labeled):
    """The nine fields of a report to the 個人情報保護委員会."""

    SUMMARY = "summary", lambda: _s("概要")
    ITEMS = "items", lambda: _s("漏えいなどの項目")
    PEOPLE = "people", lambda: _s("人数")
    CAUSE = "cause", lambda: _s("原因")
    SECONDARY = "secondary", lambda: _s("二次被害とそのおそれ")
    PERSONS = "persons", lambda: _s("本人への対応")
    PUBLICATION = "publication", lambda: _s("公表")
    PREVENTION = "prevention", lambda: _s("再発防止")
    OTHER = "other", lambda: _s("その他")


class SubjectKind(Labeled):
    """What an incident touches."""

    LETTER = "letter", lambda: _s("手紙")
    COUPON = "coupon", lambda: _s("コード")
    HOUSEHOLD = "household", lambda: _s("世帯")


class FoundBy(Labeled):
    """How a subject was added to an incident."""

    TYPED = "typed", lambda: _s("番号を入力")
    RUN = "run", lambda: _s("印刷から")
    BATCH = "batch", lambda: _s("クーポンの注文から")
    LOG = "log", lambda: _s("操作の記録から")


class StopResult(Labeled):
    """What was done about a letter or a code that an incident touches.

    Attributes:
        AWAITED: The issuer must answer first.
        SPENT: Money was spent before.
        CANNOT: This issuer never stops codes, so the code is hidden.
        IN_STOCK: Nobody has the code.
        OVER: It had ended before.
        RECALL: The letter was handed over; its ID is stopped, and the letter is to be recalled from
            the mail house or the post office.
    """

    LISTED = "listed", lambda: _s("まだ止めていない")
    STOPPED = "stopped", lambda: _s("止めた")
    AWAITED = "awaited", lambda: _s("発行者の答え待ち")
    SPENT = "spent", lambda: _s("もう使われていた")
    CANNOT = "cannot", lambda: _s("発行者が止められない（隠した）")
    IN_STOCK = "in_stock", lambda: _s("在庫（だれも持っていない）")
    OVER = "over", lambda: _s("もう終わっていた")
    RECALL = "pull", lambda: _s("引き抜き・取り戻しが必要（IDは停止）")


class ReportKind(Labeled):
    """The reports to the ward about an incident (R40, R63)."""

    FIRST = "first", lambda: _s("事故報告書（速報）")
    PROGRESS = "progress", lambda: _s("経過報告書")
    FINAL = "final", lambda: _s("事故報告書（確報）")
    RESULT = "result", lambda: _s("結果報告書")


class NoticeKind(Labeled):
    """The subject of a site notice."""

    OUTAGE = "outage", lambda: _s("障害")
    PLANNED = "planned", lambda: _s("計画停止")
    FAULT = "fault", lambda: _s("クーポン・事故")
    MAIL = "mail", lambda: _s("郵便")


class DownPart(Labeled):
    """The part of the system that is down."""

    RESIDENT_SITE = "resident_site", lambda: _s("住民のサイト")
    STAFF_SITE = "staff_site", lambda: _s("職員のサイト")
    CODES = "codes", lambda: _s("確認の番号の送信")
    ISSUER = "issuer", lambda: _s("クーポンの発行者")
    TELEPHONE = "telephone", lambda: _s("電話")


class StopReason(StrEnum):
    """Why a code or a letter is stopped, as its events record it."""

    INCIDENT = "incident"
    FAULT = "fault"
