"""Staff's words for the ward's documents and their states."""

from portal.domain.foundation.texts import _s, kept_per_language


@kept_per_language
def kind(code: str) -> str:
    """Return the name of a kind of document."""
    return {
        "letter": _s("発送案内文書（手紙の文）"),
        "advance": _s("辞退受付案内文書（事前案内の文）"),
        "pages": _s("住民サイトの文"),
        "decline_form": _s("辞退届"),
        "alternative_form": _s("代替品申出書"),
        "redelivery_form": _s("再配送依頼書"),
        "fax_form": _s("FAX問合せ票"),
    }.get(code, code)


@kept_per_language
def state(code: str) -> str:
    """Return the name of a version's state."""
    return {
        "proposed": _s("区の承認を待っています"),
        "approved": _s("区が承認ずみ"),
        "refused": _s("承認されませんでした"),
        "revoked": _s("承認が取り消されました"),
    }.get(code, code)


@kept_per_language
def subject(code: str) -> str:
    """Return the name of what was made from a document."""
    return {"print_run": _s("印刷"), "card_print": _s("お知らせのカード")}.get(code, code)
