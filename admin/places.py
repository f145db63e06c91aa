"""The places of the staff site: by job, by what people call them, and what a role sees first."""

from collections.abc import Mapping, Sequence

from portal.domain.foundation.actors import Role
from portal.domain.foundation.texts import Labeled, Sentence, _s, kept_per_language
from portal.domain.people.staff.permissions import Permission


class Spot(Labeled):
    """The places, each with its name."""

    HOME = "home", lambda: _s("きょうの仕事")
    CALLS = "calls", lambda: _s("受付の一覧")
    DESK = "desk", lambda: _s("コールデスク")
    SEARCH = "search", lambda: _s("世帯をさがす")
    REVIEWS = "reviews", lambda: _s("申請の審査")
    TASKS = "tasks", lambda: _s("用件")
    PARCELS = "parcels", lambda: _s("小包")
    STOCK = "stock", lambda: _s("代替品の在庫")
    RETURNS = "returns", lambda: _s("戻った郵便")
    TRACKING = "tracking", lambda: _s("郵便の追跡")
    HOLDS = "holds", lambda: _s("保留")
    CHANNEL_CHANGES = "channel_changes", lambda: _s("受け取り方の変更")
    RECIPIENTS = "recipients", lambda: _s("追加・支給先")
    COUNTER_CHANNELS = "counter_channels", lambda: _s("窓口での受け取り方の登録")
    HOUSEHOLD_DISPOSALS = "household_disposals", lambda: _s("世帯の廃棄")
    ROSTER = "roster", lambda: _s("名簿")
    LETTERS = "letters", lambda: _s("手紙")
    COUPONS = "coupons", lambda: _s("クーポン")
    STOPS = "stops", lambda: _s("コードの停止")
    COUPON_FAULTS = "coupon_faults", lambda: _s("お店で使えないクーポン")
    INCIDENTS = "incidents", lambda: _s("事故の記録")
    SITE_NOTICES = "site_notices", lambda: _s("全員へのお知らせ")
    SITE_TEXTS = "site_texts", lambda: _s("住民の画面の文")
    DOWNTIME = "downtime", lambda: _s("停止の記録")
    REPORTS = "reports", lambda: _s("報告書")
    COSTS = "costs", lambda: _s("事務費")
    TRENDS = "trends", lambda: _s("区の動き")
    TODAY = "today", lambda: _s("今日の速報")
    DELIVERY_REPORT = "delivery_report", lambda: _s("配送の月報")
    SETTLEMENT = "settlement", lambda: _s("清算")
    CALL_REPORT = "call_report", lambda: _s("コールの月報")
    BOARD = "board", lambda: _s("コールの状況")
    FLOOR = "floor", lambda: _s("コールセンターの大画面")
    FLOOR_PLAN = "floor_plan", lambda: _s("席の計画")
    SEAT = "seat", lambda: _s("自分の席")
    WATCH = "watch", lambda: _s("閲覧の見張り")
    OPENINGS = "openings", lambda: _s("世帯を開いた理由")
    SCRIPTS = "scripts", lambda: _s("スクリプト")
    CALL_BACKS = "call_backs", lambda: _s("折り返し")
    ESCALATIONS = "escalations", lambda: _s("区への引き継ぎ")
    NOTES = "notes", lambda: _s("窓口に回ったメモ")
    HELP_CALLS = "help_calls", lambda: _s("呼び出し")
    REHEARSALS = "rehearsals", lambda: _s("練習の受付")
    CALL_MARKS = "call_marks", lambda: _s("印のついた通話")
    CLOSED_CALLERS = "closed_callers", lambda: _s("確認が止まった世帯")
    STAFF = "staff", lambda: _s("職員")
    AUDIT = "audit", lambda: _s("操作の記録")
    CALENDAR = "calendar", lambda: _s("カレンダー")
    OPENING_HOURS = "opening_hours", lambda: _s("受付時間")
    SITES = "sites", lambda: _s("拠点")
    FAXES = "faxes", lambda: _s("FAX")
    SUBCONTRACTORS = "subcontractors", lambda: _s("再委託先")
    POSTING = "posting", lambda: _s("差し出し")
    DISPATCHES = "dispatches", lambda: _s("発送の予定")
    MANAGEMENT = "management", lambda: _s("進行管理")
    REGISTERS = "registers", lambda: _s("契約の台帳")
    PERSON_REQUESTS = "person_requests", lambda: _s("本人からの請求")
    DOCUMENTS = "documents", lambda: _s("区の文書")
    SYSTEM = "system", lambda: _s("システムの状態")
    COPIES = "copies", lambda: _s("データの写し")
    PERSON_LISTS = "person_lists", lambda: _s("一覧の持ち出し")
    TRANSFERS = "transfers", lambda: _s("データの受け渡し")
    JOBS = "jobs", lambda: _s("日々の作業")
    ACCOUNT = "account", lambda: _s("アカウント")
    COUNTER = "counter", lambda: _s("区の窓口で渡す手紙")
    UNDELIVERED = "undelivered", lambda: _s("不着一覧")
    STORAGE = "storage", lambda: _s("保管している郵便")
    TELEPHONY = "telephony", lambda: _s("電話の数字")
    WRITTEN_DOWN = "written_down", lambda: _s("紙の受付票")
    CHECKLIST = "checklist", lambda: _s("区のチェックリストへの回答")
    WARD_CHECKLIST = "ward_checklist", lambda: _s("区が配ったチェックリスト")
    QUESTIONS = "questions", lambda: _s("協議事項")
    MINUTES = "minutes", lambda: _s("議事録")
    PROTECTION = "protection", lambda: _s("支援措置の情報")
    DIFFERENCES = "differences", lambda: _s("発行者の利用明細との差異")


JOBS: Sequence[tuple[str, Sequence[tuple[str, Spot, Permission]]]] = (
    ("", (("/", Spot.HOME, Permission.OWN_ACCOUNT),)),
    (
        "answer",
        (
            ("/desk", Spot.DESK, Permission.HANDLE_CALLS),
            ("/calls", Spot.CALLS, Permission.HANDLE_CALLS),
            ("/call-backs", Spot.CALL_BACKS, Permission.HANDLE_CALLS),
            ("/faxes", Spot.FAXES, Permission.HANDLE_FAXES),
            ("/escalations", Spot.ESCALATIONS, Permission.SEE_ESCALATIONS),
            ("/notes", Spot.NOTES, Permission.KEEP_NOTES),
            ("/channel-changes", Spot.CHANNEL_CHANGES, Permission.SUPERVISE_CALLS),
            ("/scripts", Spot.SCRIPTS, Permission.SEE_SCRIPTS),
            ("/opening-hours", Spot.OPENING_HOURS, Permission.PROPOSE_OPENING_HOURS),
        ),
    ),
    (
        "decide",
        (
            ("/households", Spot.SEARCH, Permission.SEARCH_HOUSEHOLDS),
            ("/reviews", Spot.REVIEWS, Permission.SEE_REQUESTS),
            ("/tasks", Spot.TASKS, Permission.SEE_TASKS),
            ("/holds", Spot.HOLDS, Permission.SEE_HOLDS),
            ("/recipients", Spot.RECIPIENTS, Permission.SEE_RECIPIENTS),
            ("/counter-channels", Spot.COUNTER_CHANNELS, Permission.SET_CHANNEL_AT_COUNTER),
            ("/coupons", Spot.COUPONS, Permission.SEE_COUPON_STOCK),
            ("/stops", Spot.STOPS, Permission.DECIDE_REQUESTS),
            ("/coupon-faults", Spot.COUPON_FAULTS, Permission.HANDLE_COUPON_FAULTS),
        ),
    ),
    (
        "send",
        (
            ("/jobs", Spot.JOBS, Permission.SEE_JOBS),
            ("/letters", Spot.LETTERS, Permission.SEE_LETTERS),
            ("/posting", Spot.POSTING, Permission.POST_LETTERS),
            ("/tracking", Spot.TRACKING, Permission.TRACK_MAIL),
            ("/returns", Spot.RETURNS, Permission.HANDLE_RETURNS),
            ("/parcels", Spot.PARCELS, Permission.SEE_PARCELS),
            ("/stock", Spot.STOCK, Permission.SEE_STOCK),
            ("/dispatches", Spot.DISPATCHES, Permission.PLAN_DISPATCHES),
            ("/subcontractors", Spot.SUBCONTRACTORS, Permission.SEE_SUBCONTRACTORS),
        ),
    ),
    (
        "watch_over",
        (
            ("/today", Spot.TODAY, Permission.SEE_TOTALS),
            ("/trends", Spot.TRENDS, Permission.SEE_TOTALS),
            ("/board", Spot.BOARD, Permission.SUPERVISE_CALLS),
            ("/floor", Spot.FLOOR, Permission.SUPERVISE_CALLS),
            ("/help-calls", Spot.HELP_CALLS, Permission.SUPERVISE_CALLS),
            ("/watch", Spot.WATCH, Permission.WATCH_BROWSING),
            ("/closed-callers", Spot.CLOSED_CALLERS, Permission.LIFT_CLOSURES),
            ("/openings", Spot.OPENINGS, Permission.REVIEW_OPENINGS),
            ("/incidents", Spot.INCIDENTS, Permission.SEE_INCIDENTS),
            ("/site-notices", Spot.SITE_NOTICES, Permission.PUBLISH_SITE_NOTICES),
            ("/site-texts", Spot.SITE_TEXTS, Permission.WRITE_SITE_TEXTS),
            ("/downtime", Spot.DOWNTIME, Permission.SEE_DOWNTIME),
            ("/system", Spot.SYSTEM, Permission.SEE_SYSTEM),
            ("/audit", Spot.AUDIT, Permission.SEE_AUDIT),
        ),
    ),
    (
        "report",
        (
            ("/call-report", Spot.CALL_REPORT, Permission.SEE_CALL_REPORT),
            ("/delivery-report", Spot.DELIVERY_REPORT, Permission.SEE_REPORTS),
            ("/reports/declines", Spot.REPORTS, Permission.SEE_REPORTS),
            ("/reports/costs", Spot.COSTS, Permission.SEE_REPORTS),
            ("/settlement", Spot.SETTLEMENT, Permission.SEE_SETTLEMENT),
        ),
    ),
    (
        "keep",
        (
            ("/management", Spot.MANAGEMENT, Permission.SEE_MANAGEMENT),
            ("/registers", Spot.REGISTERS, Permission.SEE_MANAGEMENT),
            ("/documents", Spot.DOCUMENTS, Permission.SEE_MANAGEMENT),
            ("/roster", Spot.ROSTER, Permission.SEE_ROSTER),
            ("/person-requests", Spot.PERSON_REQUESTS, Permission.KEEP_PERSON_REQUESTS),
            ("/person-lists", Spot.PERSON_LISTS, Permission.ASK_FOR_LISTS),
            ("/household-disposals", Spot.HOUSEHOLD_DISPOSALS, Permission.DISPOSE_HOUSEHOLD),
            ("/copies", Spot.COPIES, Permission.SEE_COPIES),
            ("/transfers", Spot.TRANSFERS, Permission.SEE_TRANSFERS),
            ("/staff", Spot.STAFF, Permission.SEE_STAFF),
            ("/sites", Spot.SITES, Permission.SWITCH_SITES),
            ("/calendar", Spot.CALENDAR, Permission.OWN_ACCOUNT),
        ),
    ),
)
"""The places of the menu by the job they are for, in the order of a day's work."""
ELSEWHERE: Sequence[tuple[str, Spot, Permission]] = (
    ("/account", Spot.ACCOUNT, Permission.OWN_ACCOUNT),
    ("/counter", Spot.COUNTER, Permission.HAND_OVER_AT_COUNTER),
    ("/undelivered", Spot.UNDELIVERED, Permission.HANDLE_RETURNS),
    ("/returns/storage", Spot.STORAGE, Permission.HANDLE_RETURNS),
    ("/floor/plan", Spot.FLOOR_PLAN, Permission.SUPERVISE_CALLS),
    ("/floor/seat", Spot.SEAT, Permission.HANDLE_CALLS),
    ("/telephony", Spot.TELEPHONY, Permission.SEE_CALL_REPORT),
    ("/rehearsals", Spot.REHEARSALS, Permission.HANDLE_CALLS),
    ("/call-marks", Spot.CALL_MARKS, Permission.SUPERVISE_CALLS),
    ("/calls/written-down", Spot.WRITTEN_DOWN, Permission.HANDLE_CALLS),
    ("/checklist", Spot.CHECKLIST, Permission.SEE_MANAGEMENT),
    ("/ward-checklist", Spot.WARD_CHECKLIST, Permission.SEE_MANAGEMENT),
    ("/questions", Spot.QUESTIONS, Permission.SEE_MANAGEMENT),
    ("/minutes", Spot.MINUTES, Permission.SEE_MANAGEMENT),
    ("/roster/protection", Spot.PROTECTION, Permission.SEE_ROSTER),
    ("/settlement/differences", Spot.DIFFERENCES, Permission.SEE_SETTLEMENT),
)
"""Places that another place leads to; the search box knows them too."""
MOST_FIRST = 7
FIRST: Mapping[Role, Sequence[Spot]] = {
    Role.AGENT: (
        Spot.HOME,
        Spot.DESK,
        Spot.CALLS,
        Spot.CALL_BACKS,
        Spot.FAXES,
        Spot.ESCALATIONS,
        Spot.SCRIPTS,
    ),
    Role.SUPERVISOR: (
        Spot.HOME,
        Spot.BOARD,
        Spot.DESK,
        Spot.CALL_BACKS,
        Spot.FAXES,
        Spot.ESCALATIONS,
        Spot.WATCH,
    ),
    Role.OFFICER: (
        Spot.HOME,
        Spot.REVIEWS,
        Spot.TASKS,
        Spot.HOLDS,
        Spot.RETURNS,
        Spot.LETTERS,
        Spot.PARCELS,
    ),
    Role.WARD_OFFICER: (
        Spot.HOME,
        Spot.REVIEWS,
        Spot.TASKS,
        Spot.HOLDS,
        Spot.ESCALATIONS,
        Spot.OPENINGS,
        Spot.TODAY,
    ),
    Role.AUDITOR: (
        Spot.HOME,
        Spot.AUDIT,
        Spot.WATCH,
        Spot.OPENINGS,
        Spot.TODAY,
        Spot.INCIDENTS,
        Spot.SETTLEMENT,
    ),
    Role.ADMINISTRATOR: (
        Spot.HOME,
        Spot.STAFF,
        Spot.SYSTEM,
        Spot.COPIES,
        Spot.TRANSFERS,
        Spot.CALENDAR,
    ),
}
"""What a role sees first, at most seven places; all others are one press away."""
OTHER_WORDS: Mapping[Spot, Sentence] = {
    Spot.HOME: lambda: _s("ホーム、トップ、最初の画面、ほーむ"),
    Spot.CALLS: lambda: _s("受付記録、通話の一覧、電話の記録"),
    Spot.DESK: lambda: _s("電話、受付中、電話を受ける、でんわ"),
    Spot.SEARCH: lambda: _s("家族、世帯、検索、名前でさがす"),
    Spot.REVIEWS: lambda: _s("審査、申請、承認、辞退、紙の申請、しんさ"),
    Spot.TASKS: lambda: _s("やること、仕事、手紙の依頼、ようけん"),
    Spot.PARCELS: lambda: _s("荷物、代替品、紙のクーポン、こづつみ"),
    Spot.STOCK: lambda: _s("在庫、棚卸し、ざいこ"),
    Spot.RETURNS: lambda: _s("返送、戻り、宛先不明、返却、へんそう"),
    Spot.TRACKING: lambda: _s("追跡、お問い合わせ番号、配達状況、不在、ついせき"),
    Spot.HOLDS: lambda: _s("保留解除、止めている世帯、ほりゅう"),
    Spot.CHANNEL_CHANGES: lambda: _s("電話番号の変更、メールの変更、確認番号の送り先"),
    Spot.RECIPIENTS: lambda: _s("支給先の変更、こどもの追加、離婚、別居"),
    Spot.COUNTER_CHANNELS: lambda: _s("窓口、電話の登録、まどぐち"),
    Spot.HOUSEHOLD_DISPOSALS: lambda: _s("消去、削除、廃棄、はいき"),
    Spot.ROSTER: lambda: _s("名簿の取り込み、抽出データ、住民データ、めいぼ"),
    Spot.LETTERS: lambda: _s("印刷、てがみ、引き渡し、印刷所"),
    Spot.COUPONS: lambda: _s("コードの残り、発行者、くーぽん"),
    Spot.STOPS: lambda: _s("無効、停止、使えなくする"),
    Spot.COUPON_FAULTS: lambda: _s("使えない、不良、取りかえ、お店"),
    Spot.INCIDENTS: lambda: _s("事故、漏えい、トラブル、じこ"),
    Spot.SITE_NOTICES: lambda: _s("お知らせ、掲示、連絡、おしらせ"),
    Spot.SITE_TEXTS: lambda: _s("文言、案内、トップページ、ホームの文、ぶんげん"),
    Spot.DOWNTIME: lambda: _s("停止時間、障害、メンテナンス"),
    Spot.REPORTS: lambda: _s("辞退の報告、報告"),
    Spot.COSTS: lambda: _s("費用、経費、郵便料、1世帯あたり、じむひ"),
    Spot.TRENDS: lambda: _s("推移、グラフ、町ごと、日ごと、傾向、すいい"),
    Spot.TODAY: lambda: _s("速報、今日の数、そくほう"),
    Spot.DELIVERY_REPORT: lambda: _s("配送報告、月報、郵便料"),
    Spot.SETTLEMENT: lambda: _s("精算、締め、お金、せいさん"),
    Spot.CALL_REPORT: lambda: _s("コール報告、電話の月報、応答率"),
    Spot.BOARD: lambda: _s("待ち呼、応答率、座席"),
    Spot.FLOOR: lambda: _s("ウォールボード、待ち時間、おおがめん"),
    Spot.FLOOR_PLAN: lambda: _s("要員計画、人数、シフト、けいかく"),
    Spot.SEAT: lambda: _s("内線、着席、せき"),
    Spot.WATCH: lambda: _s("見張り、のぞき見、監視、みはり"),
    Spot.OPENINGS: lambda: _s("開いた理由、理由の審査"),
    Spot.SCRIPTS: lambda: _s("話し方、台本、答え方、すくりぷと"),
    Spot.CALL_BACKS: lambda: _s("かけ直し、コールバック、おりかえし"),
    Spot.ESCALATIONS: lambda: _s("エスカレーション、区に聞く、区の回答、引き継ぎ"),
    Spot.NOTES: lambda: _s("メモ、伝言、めも"),
    Spot.HELP_CALLS: lambda: _s("助け、応援、ヘルプ、よびだし"),
    Spot.REHEARSALS: lambda: _s("練習、研修、訓練、れんしゅう"),
    Spot.CALL_MARKS: lambda: _s("カスハラ、つらい電話、暴言、しるし"),
    Spot.CLOSED_CALLERS: lambda: _s("本人確認の失敗、確認の解除、5回の失敗"),
    Spot.STAFF: lambda: _s("利用者、職員の追加、しょくいん"),
    Spot.AUDIT: lambda: _s("監査、ログ、操作記録、かんさ"),
    Spot.CALENDAR: lambda: _s("期限、営業日、休み、予定、かれんだー"),
    Spot.OPENING_HOURS: lambda: _s("営業時間、休業日、臨時休み、開く時間、じかん"),
    Spot.SITES: lambda: _s("予備の拠点、切り替え、きょてん"),
    Spot.FAXES: lambda: _s("ファクス、ファックス、ふぁっくす"),
    Spot.SUBCONTRACTORS: lambda: _s("印刷会社、委託先、発送会社"),
    Spot.POSTING: lambda: _s("郵便局に出す、投函、差出票"),
    Spot.DISPATCHES: lambda: _s("発送日、発送計画"),
    Spot.MANAGEMENT: lambda: _s("工程、マイルストーン、進捗"),
    Spot.REGISTERS: lambda: _s("台帳、契約、証明書"),
    Spot.PERSON_REQUESTS: lambda: _s("開示請求、訂正、本人、かいじ"),
    Spot.DOCUMENTS: lambda: _s("文書、承認された文、原稿"),
    Spot.SYSTEM: lambda: _s("サーバー、状態、動いているか、しすてむ"),
    Spot.COPIES: lambda: _s("バックアップ、写し、複製"),
    Spot.PERSON_LISTS: lambda: _s("エクスポート、リスト、ダウンロード、CSV"),
    Spot.TRANSFERS: lambda: _s("受け渡し、ファイル、引き継ぎ票"),
    Spot.JOBS: lambda: _s("取り込み、コードの読み込み、割り当て、印刷を始める、ジョブ、さぎょう"),
    Spot.ACCOUNT: lambda: _s("パスワード、自分、二段階認証、表示名"),
    Spot.COUNTER: lambda: _s("手渡し、受領書"),
    Spot.UNDELIVERED: lambda: _s("不着、未配達、届かなかった手紙"),
    Spot.STORAGE: lambda: _s("保管箱、保管棚"),
    Spot.TELEPHONY: lambda: _s("電話の件数、入電数、呼数"),
    Spot.WRITTEN_DOWN: lambda: _s("受付票、あとから入力"),
    Spot.CHECKLIST: lambda: _s("チェックリスト、点検"),
    Spot.WARD_CHECKLIST: lambda: _s("区のチェックリスト"),
    Spot.QUESTIONS: lambda: _s("質問、問い合わせ、回答待ち"),
    Spot.MINUTES: lambda: _s("打ち合わせ、会議"),
    Spot.PROTECTION: lambda: _s("支援措置、DV"),
    Spot.DIFFERENCES: lambda: _s("明細、差異、食い違い"),
}
"""What people call a place besides its name, between commas."""


@kept_per_language
def job(key: str) -> str:
    """Return the name of a job."""
    return {
        "answer": _s("電話とFAXに答える"),
        "decide": _s("世帯と申請を決める"),
        "send": _s("手紙と小包を送る・受け取る"),
        "watch_over": _s("見守る・確かめる"),
        "report": _s("報告し、清算する"),
        "keep": _s("契約とデータを管理する"),
    }[key]
