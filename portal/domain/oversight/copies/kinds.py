"""What a copy of the data is, and how a drill ended."""

from portal.domain.foundation.texts import Labeled, _s


class CopyKind(Labeled):
    """How a copy came to be, as staff read it."""

    BACKUP = "backup", lambda: _s("バックアップ")
    RESTORE = "restore", lambda: _s("復元")
    REHEARSAL = "rehearsal", lambda: _s("更新の予行")
    DRILL = "drill", lambda: _s("復元の訓練")
    EXPORT = "export", lambda: _s("書き出し")
    PERSON_LIST = "person_list", lambda: _s("持ち出した一覧")
    STORED_VERSION = "bucket_version", lambda: _s("保管先に残る古い版")
    OTHER = "other", lambda: _s("そのほか")


class Outcome(Labeled):
    """How a drill ended."""

    SAME = "same", lambda: _s("同じでした")
    DIFFERENT = "different", lambda: _s("ちがいがありました")
    FAILED = "failed", lambda: _s("復元できませんでした")
