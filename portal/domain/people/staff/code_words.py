"""What staff read about a code that was not accepted, on the site and on the command line."""

from portal.domain.foundation.texts import _s
from portal.domain.people.authn.typed_code import CodeAnswer


def code_error(answer: CodeAnswer) -> str:
    """Return what is wrong with a typed code and what to do."""
    match answer:
        case CodeAnswer.EMPTY:
            return _s("認証アプリに出ている6けたの番号を入力してください。")
        case CodeAnswer.NOT_DIGITS:
            return _s("番号は数字だけで入力してください。")
        case CodeAnswer.TOO_SHORT:
            return _s("番号が短すぎます。6けたの数字を入力してください。")
        case CodeAnswer.TOO_LONG:
            return _s("番号が長すぎます。6けたの数字を入力してください。")
        case CodeAnswer.USED:
            return _s("この番号はもう使われました。アプリの次の番号を待って、入力してください。")
        case _:
            return _s("番号が違います。アプリに出ている新しい番号を入力してください。")
