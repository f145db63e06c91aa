"""Kinds of tasks with their advice for staff, and the fields of what a requester wrote."""

from collections.abc import Mapping

from portal.domain.foundation.texts import Labeled, Sentence, _s


class TaskKind(Labeled):
    """Why a task was opened."""

    NEW_LETTER = "new_letter", lambda: _s("新しい手紙の依頼")
    REPORT_LOST = "report_lost", lambda: _s("紛失の届け出")
    LOSS_REPORTED = "loss_reported", lambda: _s("紛失の届け出（サインインせずに）")
    BIRTH_FROZEN = "birth_frozen", lambda: _s("生年月日の凍結")
    CODE_CLOSED = "code_closed", lambda: _s("確認の番号の停止")
    NO_CHANNEL = "no_channel", lambda: _s("確認の番号を受け取れない")
    UNMATCHED = "unmatched", lambda: _s("照合できない依頼")
    CALL_BACK = "call_back", lambda: _s("折り返しの電話")
    LETTER_WISHED = "letter_wished", lambda: _s("手紙での問い合わせ")
    DECLINE_FORM = "decline_form", lambda: _s("辞退届の発送")
    ADDRESS_CHECK = "address_check", lambda: _s("住所の確認（戻った郵便）")
    RETURNED_IN_USE = "returned_in_use", lambda: _s("戻った手紙のIDが使われている")
    SLOW_MODE = "slow_mode", lambda: _s("サインインの失敗が多い（10秒待ち）")
    SIGNIN_FLOOD = "signin_flood", lambda: _s("サインインへの大量の攻撃")
    SMS_BUDGET_LOW = "sms_budget_low", lambda: _s("SMSの上限が近い")
    SMS_BUDGET_SPENT = "sms_budget_spent", lambda: _s("SMSの上限に達した（送信を制限中）")

    @property
    def advice(self) -> str:
        """What to do for a task of this kind, in the staff's language."""
        return _ADVICE[self]()


OF_SITE = frozenset(
    {
        TaskKind.SLOW_MODE,
        TaskKind.SIGNIN_FLOOD,
        TaskKind.SMS_BUDGET_LOW,
        TaskKind.SMS_BUDGET_SPENT,
    }
)
"""Kinds that are about the whole site and no household."""

_ADVICE: Mapping[TaskKind, Sentence] = {
    TaskKind.NEW_LETTER: lambda: _s(
        "新しい手紙は、次の印刷で作られ、登録された住所にだけ送られます。"
    ),
    TaskKind.REPORT_LOST: lambda: _s(
        "アカウントは止まっています。新しい手紙は、次の印刷で作られ、"
        "登録された住所にだけ送られます。"
    ),
    TaskKind.LOSS_REPORTED: lambda: _s(
        "手紙だけ、または電話だけを持つ人が届け出たため、はじめての端末からのサインインと、"
        "受け取り方の変更を止めています。使ったことのある端末では、そのまま使えます。"
        "本人と確かめられたら、電話の受付の「サインインを再開する」か、この画面で、"
        "その日のうちに解いてください。手紙をなくしたときは、新しい手紙を出します。"
    ),
    TaskKind.BIRTH_FROZEN: lambda: _s(
        "世帯主の生年月日が5回違いました。本人と確かめられたら、"
        "凍結を解いてください。確かめられないときは、新しい手紙を送ります。"
    ),
    TaskKind.CODE_CLOSED: lambda: _s(
        "番号の間違いが続いたため、受け取り方が止まりました。手紙のIDとパスワードが、ほかの人に"
        "知られているかもしれません。新しい手紙を送ります。それまでは、だれがサインインしても、"
        "受け取り方を変えられません。"
    ),
    TaskKind.NO_CHANNEL: lambda: _s(
        "アプリ、SMS、メールのどれも使えない方です。窓口か紙での受け取りを案内してください。"
    ),
    TaskKind.UNMATCHED: lambda: _s(
        "書かれた内容と名簿を見比べ、どの世帯か確かめてください。"
        "登録された住所のほかには送りません。"
    ),
    TaskKind.CALL_BACK: lambda: _s(
        "申込書に書かれた番号に電話して、申請の進みを伝えてください。この番号には、"
        "確認の番号を送りません。"
    ),
    TaskKind.LETTER_WISHED: lambda: _s("登録された住所に手紙を送り、本人の気持ちを確かめます。"),
    TaskKind.DECLINE_FORM: lambda: _s(
        "辞退届の用紙を、登録された住所に送ります。電話だけでは、辞退になりません。"
    ),
    TaskKind.ADDRESS_CHECK: lambda: _s(
        "郵便が、住所か受取人の問題で戻りました。区が住民基本台帳を確かめます。"
        "確かめるまで、もう一度送りません。"
    ),
    TaskKind.RETURNED_IN_USE: lambda: _s(
        "手紙が戻りましたが、そのIDは、もう使われています。サインインは止めていません。"
        "世帯の方が使っているか、登録された連絡先か窓口で確かめて、止めるかどうかを、"
        "二人で決めてください。"
    ),
    TaskKind.SLOW_MODE: lambda: _s(
        "サイト全体で、サインインの失敗が5分間に300回を超えました。初めての端末には、"
        "サインインの前に10秒待ってもらっています。使ったことのある端末は、待ちません。"
        "失敗が減れば、5分で自動的に終わります。システムの管理者に知らせ、記録で、"
        "どの時間に増えたかを確かめてください。"
    ),
    TaskKind.SIGNIN_FLOOD: lambda: _s(
        "サイト全体で、サインインの失敗が5分間に1,000回を超えました。"
        "すぐにシステムの管理者に電話してください。管理者は、"
        "接続元の制限を検討し、区に報告します。"
    ),
    TaskKind.SMS_BUDGET_LOW: lambda: _s(
        "確認の番号を送るSMSが、1時間の上限の8割を超えました。上限に達すると、初めての端末には"
        "SMSを送りません。「システムの状態」で数を確かめ、正しい利用が多いだけなら、"
        "今日の上限を上げてください。"
    ),
    TaskKind.SMS_BUDGET_SPENT: lambda: _s(
        "確認の番号を送るSMSが、1時間の上限に達しました。初めての端末には、SMSを送っていません。"
        "使ったことのある端末、アプリ、メールは、そのまま使えます。「システムの状態」で数を確かめ、"
        "攻撃でなければ、今日の上限を上げてください。攻撃と思われるときは、"
        "すぐにシステムの管理者に電話してください。"
    ),
}


class TaskField(Labeled):
    """A field of what the requester of a task wrote, as staff read it."""

    NAME = "name", lambda: _s("名前")
    CONTACT = "contact", lambda: _s("連絡先")
    TELEPHONE = "telephone", lambda: _s("電話番号")
    WORDS = "words", lambda: _s("内容")
    LOGIN_ID = "login_id", lambda: _s("手紙のID")
    MESSAGE = "message", lambda: _s("内容")
    REASON = "reason", lambda: _s("理由")
    BIRTH = "birth", lambda: _s("生年月日")
    POSTAL_CODE = "postal_code", lambda: _s("郵便番号")
    LETTER_NUMBER = "letter_number", lambda: _s("手紙の番号")
    TROUBLE = "trouble", lambda: _s("困っていること")
    TEXT = "text", lambda: _s("伝えたいこと")
    LANGUAGE = "language", lambda: _s("話すことば")
