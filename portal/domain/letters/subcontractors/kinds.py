"""What subcontractors do, and what the files sent to them are."""

from portal.domain.foundation.texts import Labeled, _s


class Purpose(Labeled):
    """What a subcontractor does, as staff read it."""

    MAIL_HOUSE = "mail_house", lambda: _s("手紙の印刷・封入")
    ISSUER = "issuer", lambda: _s("クーポンの発行")
    INTERPRETER = "interpreter", lambda: _s("通訳")
    OTHER = "other", lambda: _s("そのほか")


class SentKind(Labeled):
    """What a sent file is; ``OTHER`` is anything that somebody recorded by hand."""

    LETTERS = "letters", lambda: _s("手紙")
    RECALL_LIST = "pull_list", lambda: _s("引抜きの一覧")
    OTHER = "other", lambda: _s("そのほか")
