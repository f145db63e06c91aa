"""Programs with records of outside companies, as files."""

import shutil
from pathlib import Path

from portal.domain.foundation.program.loader import PROGRAMS

HOME = """
[[outside]]
service = "sms"
company = "見本通信株式会社"
hosts = ["sms.example.jp"]
country = "JP"
region = "東京"
fields = ["telephone", "text", "message_number"]
consent = { number = "5汐こ第101号", on = "2023-05-10" }
"""
ABROAD = """
[[outside]]
service = "sms"
company = "Example Messaging Inc."
hosts = ["api.example.com"]
country = "US"
region = "Virginia"
fields = ["telephone", "text", "message_number"]
consent = { number = "5汐こ第102号", on = "2023-05-10" }
"""
SECOND_CONSENT = """
consent_abroad = { number = "5汐こ第103号", on = "2023-05-20", reason = "国内の会社の予備" }
"""


def program_with(folder: Path, records: str, *, sms: bool = False) -> str:
    """Return the file of the sample program with these records, in a folder of its own."""
    target = folder / "programs"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PROGRAMS, target)
    path = target / "sample" / "program.toml"
    text = path.read_text("utf-8") + records
    if sms:
        text = text.replace("sms = false", "sms = true")
    path.write_text(text, "utf-8")
    return str(path)
