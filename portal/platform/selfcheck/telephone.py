"""May the telephone system tell of calls: has the ward consented to its company?"""

from collections.abc import Iterator

from portal.domain.foundation.program.settings.outside import OutsideService
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

NAME = "telephone"


def check_telephone(subject: Subject) -> Iterator[Finding]:
    """Yield whether there is a record of the company, and how many keys sign its events."""
    keys = subject.settings.telephone_keys
    if not keys:
        return
    records = [one for one in subject.program.outside if one.service is OutsideService.TELEPHONY]
    if subject.settings.in_production and not records:
        yield wrong(
            NAME,
            _s(
                "電話のシステムの会社への区の同意が、事業の設定 [[outside]] にありません"
                '（service = "telephony"）。'
            ),
            _s("同意の記録を書くか、PORTAL_TELEPHONE_KEYS を消してください。"),
        )
    elif len(keys) > 1:
        yield doubtful(
            NAME,
            _s("電話のシステムの知らせに署名する鍵が、%(n)d個あります。") % {"n": len(keys)},
            _s("取り替えが終わったら、古いほうを PORTAL_TELEPHONE_KEYS から消してください。"),
        )
    else:
        yield well(NAME, _s("電話のシステムの知らせを、1つの鍵の署名で受け取ります。"))
