"""Code words of the review of additions and changes of recipient: reasons and warnings."""

from portal.domain.foundation.texts import Labeled, _, _s


class RecipientReason(Labeled):
    """Standard reasons of a refusal, as the new recipient reads them."""

    DOCUMENTS = "documents", lambda: _("確かめられる書類が足りませんでした。")
    NOT_INSTRUCTED = "not_instructed", lambda: _("区の指示と内容が合いませんでした。")
    ALREADY = "already", lambda: _("このこどもの分は、もうお渡しする手続きが進んでいます。")
    SPENT = "spent", lambda: _("このクーポンは、もう使われています。")
    OTHER = "other", lambda: _("くわしくは、区にお電話ください。")


class RecipientWarning(Labeled):
    """What a reviewer must look at, as staff read it."""

    POSSIBLE_DUPLICATE = (
        "possible_duplicate",
        lambda: _s(
            "同じ名前と生年月日か、同じ番号の人が、もう対象者です。二重に出さないでください。"
        ),
    )
    OUTSIDE_BIRTHS = (
        "outside_births",
        lambda: _s("生年月日が対象の期間の外です。区の指示を確かめてください。"),
    )
