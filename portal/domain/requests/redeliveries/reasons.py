"""Code words of the review of a redelivery: reasons for the resident, warnings for the reviewer."""

from portal.domain.foundation.texts import Labeled, _, _s


class RedeliveryReason(Labeled):
    """Standard reasons of a refusal, as the resident reads them."""

    LIMIT = (
        "limit",
        lambda: _(
            "決められた回数まで、もう送りました。コールセンターか区の窓口に、ご相談ください。"
        ),
    )
    AT_POST_OFFICE = (
        "at_post_office",
        lambda: _("郵便局で預かっています。郵便局に、再配達を頼んでください。"),
    )
    DELIVERED = "delivered", lambda: _("もう届いていることを、確かめました。")
    ADDRESS = "address", lambda: _("登録された住所では届かないため、区からご連絡します。")
    DUPLICATE = "duplicate", lambda: _("同じ申し込みを、ほかに受け付けています。")
    LATE = (
        "late",
        lambda: _("受付の期間が終わったあとに届いたため、もう一度送ることができませんでした。"),
    )
    RESTOCKED = (
        "restocked",
        lambda: _("荷物は、事務局に戻りました。どうするかを、区に確かめています。"),
    )
    REPLACED = (
        "replaced",
        lambda: _("郵便局で荷物がなくなったため、代わりの荷物を送ります。"),
    )
    LOST = (
        "lost",
        lambda: _("郵便局で荷物がなくなりました。どうするかを、区に確かめています。"),
    )
    NOT_FOUND = "not_found", lambda: _("書かれた内容に合う方が、見つかりませんでした。")
    OTHER = "other", lambda: _("くわしくは、コールセンターにお電話ください。")


class RedeliveryWarning(Labeled):
    """What a reviewer must look at, as staff read it."""

    ACTIVATED = (
        "activated",
        lambda: _s(
            "もうサインインしている世帯です。承認の前に、登録された連絡先で本人に確かめてください。"
        ),
    )
    SEVERAL = "several", lambda: _s("合う世帯が、いくつかあります。")
    NOT_SURE = "not_sure", lambda: _s("一部だけ合う世帯があります。")
    NO_MATCH = "no_match", lambda: _s("合う世帯が、見つかりません。")
    WARD = "ward", lambda: _s("区の職員が決めます。")
    ADDRESS = "address", lambda: _s("宛先不明で戻りました。区が住所を確かめます。")
    LATE = (
        "late",
        lambda: _s(
            "受付の期間のあとに届いた書類です。遅れた申し込みとして断り、世帯に知らせました。"
        ),
    )
