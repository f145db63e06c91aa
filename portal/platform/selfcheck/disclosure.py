"""Does somebody who finds a fault learn where to write to, and until when is that true?"""

from collections.abc import Iterator
from datetime import timedelta

from portal.domain.foundation.clock import jst_date, last_day_before
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject

SOON, LONGEST = timedelta(days=30), timedelta(days=366)
"""RFC 9116 wants less than a year; older contacts are often dead."""


def check_disclosure(subject: Subject) -> Iterator[Finding]:
    """Yield whether both sites name a contact, and whether it is about to end."""
    until = subject.settings.security_until
    if until is None:
        if subject.settings.in_production:
            yield doubtful(
                "security-txt-none",
                _s(
                    "弱点を見つけた人の連絡先を公開していません（PORTAL_SECURITY_CONTACT）。"
                    "知らせが届かないまま、悪用されるおそれがあります。"
                ),
                _s(
                    "受け付ける宛先を PORTAL_SECURITY_CONTACT に、"
                    "確かめなおす日を PORTAL_SECURITY_UNTIL に書いてください。"
                ),
            )
        return
    with subject.database.read() as session:
        now = subject.clock.now(session)
    day = last_day_before(until)
    sentence = _s("弱点を知らせる連絡先（security.txt）は、%(day)sまで有効です。") % {"day": day}
    advice = _s("宛先に届くことを確かめ、PORTAL_SECURITY_UNTIL を1年以内の日にしてください。")
    if until <= now:
        over = _s("弱点を知らせる連絡先（security.txt）の期限が、%(day)sで切れました。")
        yield wrong("security-txt-over", over % {"day": day}, advice)
    elif until - now <= SOON or day > jst_date(now + LONGEST):
        yield doubtful("security-txt-day", sentence, advice)
    else:
        yield well("security_txt", sentence)
