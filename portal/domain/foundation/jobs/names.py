"""The jobs by name, and the kinds of tasks that the staff site begins."""

from portal.domain.foundation.texts import Labeled, _s


class JobName(Labeled):
    """A job, as it stands in rows and commands, with its label for staff."""

    SMS = "sms", lambda: _s("SMSの送信")
    EMAIL = "email", lambda: _s("メールの送信")
    SETTLE = "settle", lambda: _s("送った結果の記録")
    EXPIRE = "expire", lambda: _s("期限の過ぎたメッセージの消去")
    MATCH = "match", lambda: _s("サインインなしの再送の依頼と世帯の照合")
    REMIND = "remind", lambda: _s("交換期限のお知らせ")
    CARDS = "cards", lambda: _s("サインインしていない世帯へのはがき")
    CALLS = "calls", lambda: _s("終わっていない通話を閉じる")
    FLOOR = "floor", lambda: _s("7日前の電話の知らせの消去")
    CHANGES = "changes", lambda: _s("1日待ったサインインの方法の変更")
    LOSSES = "losses", lambda: _s("紛失の届け出の処理")
    SITES = "sites", lambda: _s("予備の拠点の終わり")
    TRENDS = "trends", lambda: _s("区が見る動きの集計")
    PAUSES = "pauses", lambda: _s("送るのを止めた時間の終わり")
    TELL = "tell", lambda: _s("職員へのメールの知らせ")
    SWEEP = "sweep", lambda: _s("終わったセッションや古い記録の消去")
    PLAIN_LETTERS = "plain_letters", lambda: _s("渡し終えた手紙の暗号化前のファイルの消去")
    SEALED_PIECES = "sealed_pieces", lambda: _s("鍵を捨てたファイルの消去")
    DISPOSED = "disposed", lambda: _s("廃棄した世帯の一覧を、バックアップのそばに書く")
    BEGUN = "begun", lambda: _s("画面から始めた作業")
    SEAL = "seal", lambda: _s("操作の記録の封印")


LANES = (JobName.SMS, JobName.EMAIL)
"""Jobs that every worker runs at the same time: each message has a lease of its own."""


class BegunKind(Labeled):
    """What somebody begins from the staff site and a worker carries out."""

    ARCHIVE = "print_archive", lambda: _s("印刷会社に渡すアーカイブを作る")
    PROOF = "print_proof", lambda: _s("校正刷りを作る")
    EXTRACT_CHECK = "extract_check", lambda: _s("抽出データを確かめる")
    EXTRACT_IMPORT = "extract_import", lambda: _s("抽出データを取り込む")
    EXTRACT_APPLY = "extract_apply", lambda: _s("取り込みを名簿に反映する")
    CODES_LOAD = "codes_load", lambda: _s("発行者のコードを読み込む")
    SHOPS_LOAD = "shops_load", lambda: _s("使える店の一覧を読み込む")
    CODES_ASSIGN = "codes_assign", lambda: _s("コードをこどもに割り当てる")
    LETTERS_BUILD = "letters_build", lambda: _s("手紙を作る")
    ADVANCE_BUILD = "advance_build", lambda: _s("事前案内を作る")
    CARDS_PRINT = "cards_print", lambda: _s("はがきと決定の通知を作る")
    TEST_POSTING = "test_posting", lambda: _s("試し送りの手紙を作る")
    TRACKING_FILE = "tracking_file", lambda: _s("郵便の追跡のファイルを取り込む")
    EXPORT = "export", lambda: _s("すべてのデータを書き出す")
    LEFT_OVER_CODES = "left_over_codes", lambda: _s("割り当てていないコードの一覧を作る")
