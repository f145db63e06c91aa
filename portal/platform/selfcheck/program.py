"""Does the program contradict itself?"""

from collections.abc import Iterator

from portal.domain.foundation.program.checks import findings
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_program_texts(subject: Subject) -> Iterator[Finding]:
    """Yield what ``portal program check`` finds in the settings of the program."""
    found = check_program(subject.program)
    advice = _s("「portal program check」で確かめ、事業の設定を直してください。")
    for one in found:
        make = wrong if one.level is findings.Level.ERROR else doubtful
        yield make(f"program-{one.code}", one.sentence, advice)
    if not found:
        yield well("program", _s("事業の設定に矛盾はありません。"))
    wanted, url = subject.program.resident_url, subject.settings.public_url
    if wanted and wanted != url:
        yield wrong(
            "letter-address",
            _s("手紙のQRコードは %(url)s を開きますが、事業の resident_url は %(wanted)s です。")
            % {"url": url, "wanted": wanted},
            _s("手紙を作る前に、PORTAL_PUBLIC_URL か resident_url を直してください。"),
        )
