"""Kinds of differences between an extract and the stored data, with their texts for staff."""

from portal.domain.foundation.texts import Labeled, _s


class Kind(Labeled):
    """The kinds of differences, as staff read them; ``changes.py`` applies each."""

    HOUSEHOLD_NEW = "household_new", lambda: _s("新しい世帯")
    HOUSEHOLD_GONE = "household_gone", lambda: _s("いなくなった世帯")
    HOUSEHOLD_BACK = "household_back", lambda: _s("戻った世帯")
    HOUSEHOLD_REJECTED = "household_rejected", lambda: _s("受け入れられない世帯")
    HOUSEHOLDER = "householder", lambda: _s("世帯主の変更")
    CHILD_NEW = "child_new", lambda: _s("増えたこども")
    CHILD_GONE = "child_gone", lambda: _s("減ったこども")
    CHILD_BACK = "child_back", lambda: _s("戻ったこども")
    CHILD_ELSEWHERE = "child_elsewhere", lambda: _s("ほかの世帯に登録ずみのこども")
    CHILD_LOOKALIKE = "child_lookalike", lambda: _s("なくなった世帯と同じこども")
    ADDRESS = "address", lambda: _s("住所の変更")
    CORRECTION = "correction", lambda: _s("世帯の訂正")
    CHILD_CORRECTION = "child_correction", lambda: _s("こどもの訂正")
    PROTECTION_SET = "protection_set", lambda: _s("支援措置の開始")
    PROTECTION_CLEARED = "protection_cleared", lambda: _s("支援措置の終了")
    HOLD_NEW = "hold_new", lambda: _s("新しい保留")
    HOLD_CLEARED = "hold_cleared", lambda: _s("なくなった保留の理由")
    NOTES = "notes", lambda: _s("注意の印の変更")


def meaning(kind: str) -> str:
    """Return a sentence about what was found and what applying does about it."""
    return {
        Kind.HOUSEHOLD_NEW: _s("新しい世帯です。登録します。"),
        Kind.HOUSEHOLD_GONE: _s("世帯がなくなりました。保留にします。"),
        Kind.HOUSEHOLD_BACK: _s("なくなっていた世帯が戻りました。保留は、人が解くまで続きます。"),
        Kind.HOUSEHOLD_REJECTED: _s(
            "世帯の行が一つも受け入れられません。前の内容のまま保留にします。"
        ),
        Kind.HOUSEHOLDER: _s("世帯主が変わりました。新しい世帯主を登録し、保留にします。"),
        Kind.CHILD_NEW: _s("こどもが増えました。登録します。"),
        Kind.CHILD_GONE: _s("こどもがいなくなりました。世帯を保留にします。"),
        Kind.CHILD_BACK: _s("いなくなっていたこどもが戻りました。保留は、人が解くまで続きます。"),
        Kind.CHILD_ELSEWHERE: _s(
            "ほかの世帯に登録済みのこどもがいます。二重に渡さないよう、世帯を保留にします。"
        ),
        Kind.CHILD_LOOKALIKE: _s(
            "なくなった世帯のこどもと、氏名と生年月日が同じです。二重に渡さないよう、"
            "世帯を保留にします。"
        ),
        Kind.ADDRESS: _s("住所が変わりました。新しい住所に直します。"),
        Kind.CORRECTION: _s("世帯主の氏名などが変わりました。新しい内容に直します。"),
        Kind.CHILD_CORRECTION: _s("こどもの氏名などが変わりました。新しい内容に直します。"),
        Kind.PROTECTION_SET: _s(
            "支援措置が付きました。世帯を保留にし、クーポンを止め、サインインを断ります。"
        ),
        Kind.PROTECTION_CLEARED: _s(
            "支援措置が外れました。区の指示で保留を解くまで、保護を続けます。"
        ),
        Kind.HOLD_NEW: _s("保留の理由が増えました。世帯を保留にします。"),
        Kind.HOLD_CLEARED: _s("データが直り、保留の理由がなくなりました。その保留を解きます。"),
        Kind.NOTES: _s("注意の印だけが変わりました。"),
    }[Kind(kind)]
