"""Kinds of documents that the ward approves, and what is made from them."""

from portal.domain.foundation.texts import Labeled, _s


class DocumentKind(Labeled):
    """What a document is, as staff read it."""

    LETTER = "letter", lambda: _s("発送案内文書（手紙の文）")
    ADVANCE = "advance", lambda: _s("辞退受付案内文書（事前案内の文）")
    PAGES = "pages", lambda: _s("住民サイトの文")
    DECLINE_FORM = "decline_form", lambda: _s("辞退届")
    ALTERNATIVE_FORM = "alternative_form", lambda: _s("代替品申出書")
    REDELIVERY_FORM = "redelivery_form", lambda: _s("再配送依頼書")
    FAX_FORM = "fax_form", lambda: _s("FAX問合せ票")
    REPLY_ENVELOPE = "reply_envelope", lambda: _s("返信用封筒（郵便局に見せる印刷見本）")


class UsedFor(Labeled):
    """What was made from a version, as staff read it."""

    PRINT_RUN = "print_run", lambda: _s("印刷")
    CARD_PRINT = "card_print", lambda: _s("お知らせのカード")
