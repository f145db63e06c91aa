"""Words about scripts and spoken languages in the staff's language."""

from admin.labels import labels
from portal.domain.contacts.scripts.defaults import ScriptLanguage, ScriptPart
from portal.domain.contacts.scripts.values import QuotedName
from portal.domain.foundation.texts import _s

part = labels(ScriptPart)
spoken = labels(ScriptLanguage)
quoted = labels(QuotedName)


def script_events() -> dict[str, str]:
    """Return the labels of script events, by audit action."""
    return {"script.saved": _s("スクリプトを保存"), "script.restored": _s("前のスクリプトに戻した")}
