"""A gateway of any dialect: its file says what is posted, what an answer and a report mean."""

import json
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.toml.files import ProgramFileError
from portal.domain.people.notices.results import Outcome
from portal.platform.senders import make_receiver, make_senders
from portal.platform.senders.gateway_file import HttpPlan, read_gateway_file
from portal.platform.senders.sending import ForgedError, Report, SendFailedError
from portal.platform.senders.sms import GatewayReceiver, GatewaySender, Secrets, signature
from portal.settings import Settings
from tests.functional.people.notices.sender_support import claim_of
from tests.support.outside import program_with
from tests.support.programs.servers import PATIENCE
from tests.support.programs.sms import SmsGateway

FORM = """
url = "{url}"
format = "form"
[headers]
X-Api-Key = "%(token)s"
[fields]
phone = "%(to_national)s"
message = "%(text)s"
clientTag = "%(id)s"
charset = "UTF-8"
[answer]
format = "form"
id = "messageId"
status = "result"
accepted = ["100"]
refused = ["585", "560"]
"""
NESTED = """
url = "{url}"
method = "PUT"
[headers]
Authorization = "Bearer %(token)s"
[fields]
from = "0312345678"
reply = "%(callback_url)s"
[[fields.messages]]
to = "%(to)s"
body = "%(text)s"
priority = 1
[answer]
id = "messages.0.id"
[callback]
header = "X-Signature"
prefix = "sha256="
id = "id"
status = "state"
reason = "detail.code"
delivered = ["DELIVERED"]
failed = ["FAILED", "EXPIRED"]
"""
SECRETS = Secrets("token-1", "report-secret")


def plan_of(folder: Path, text: str, url: str = "https://sms.example.jp/send") -> HttpPlan:
    path = folder / "sms.toml"
    path.write_text(text.replace("{url}", url), "utf-8")
    plan = read_gateway_file(path)
    assert isinstance(plan, HttpPlan)
    return plan


def sender_of(folder: Path, text: str, gateway: SmsGateway) -> GatewaySender:
    plan = plan_of(folder, text, gateway.url)
    return GatewaySender(
        plan, SECRETS, callback_url="https://a.jp/r", timeout=httpx.Timeout(PATIENCE)
    )


def test_fields_go_out_as_a_form_with_a_national_number(
    tmp_path: Path, sms_gateway: SmsGateway
) -> None:
    sms_gateway.answer = b"result=100&messageId=M-17"
    accepted = sender_of(tmp_path, FORM, sms_gateway).send(claim_of())
    (request,) = sms_gateway.requests
    assert request.headers["X-Api-Key"] == "token-1"
    assert {name: values[0] for name, values in parse_qs(request.body.decode()).items()} == {
        "phone": "09012345678",
        "message": "番号 123456\n@a.jp #123456",
        "clientTag": "f" * 32,
        "charset": "UTF-8",
    }
    assert accepted.provider_id == "M-17"
    assert "result=100" in accepted.said


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        (b"result=585&messageId=M-17", "gateway_585", True),
        (b"result=busy now", "gateway_busy_now", False),
        (b"", "gateway_", False),
        (b"\xff\xfe", "gateway_", False),
    ],
)
def test_a_word_in_the_answer_decides_though_the_status_is_200(
    tmp_path: Path, sms_gateway: SmsGateway, answer: bytes, reason: str, permanent: bool
) -> None:
    sms_gateway.answer = answer
    with pytest.raises(SendFailedError) as failed:
        sender_of(tmp_path, FORM, sms_gateway).send(claim_of())
    assert (failed.value.reason, failed.value.permanent) == (reason, permanent)


def test_fields_may_be_nested_in_json_and_letters_of_every_language_arrive(
    tmp_path: Path, sms_gateway: SmsGateway
) -> None:
    sms_gateway.answer = b'{"messages": [{"id": 4711}]}'
    claim = claim_of()
    assert sender_of(tmp_path, NESTED, sms_gateway).send(claim).provider_id == "4711"
    (request,) = sms_gateway.requests
    assert json.loads(request.body) == {
        "from": "0312345678",
        "reply": "https://a.jp/r",
        "messages": [{"to": "+819012345678", "body": claim.body, "priority": 1}],
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('url = "{url}"', 'url = "http://sms.example.jp/"', "url"),
        ("%(text)s", "%(code)s", "code"),
        ("%(to)s", "%(token)s", "fields"),
        ('header = "X-Signature"', "", "callback.header"),
        ("delivered =", "arrived =", "callback.arrived"),
        ('method = "PUT"', 'method = "GET"', "method"),
        ('method = "PUT"', 'format = "form"', "fields"),
        ('method = "PUT"', 'adapter = "pigeon"', "adapter"),
        ('reply = "%(callback_url)s"', 'reply = "%(to_national)s%(nothing)s"', "nothing"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in NESTED
    with pytest.raises(ProgramFileError) as refused:
        plan_of(tmp_path, NESTED.replace(old, new))
    assert any(said in problem for problem in refused.value.problems)


def receiver_of(folder: Path, text: str = NESTED) -> tuple[GatewayReceiver, HttpPlan]:
    plan = plan_of(folder, text)
    assert plan.callback is not None
    return GatewayReceiver(plan.callback, SECRETS), plan


def report(plan: HttpPlan, body: bytes, secret: bytes = b"report-secret") -> Report:
    assert plan.callback is not None
    signed = plan.callback.prefix + signature(plan.callback, secret, body)
    return Report("https://a.jp/r", {plan.callback.header: signed}, body)


def test_a_signed_report_says_what_became_of_messages(tmp_path: Path) -> None:
    receiver, plan = receiver_of(tmp_path)
    body = json.dumps(
        [
            {"id": "4711", "state": "DELIVERED"},
            {"id": "4712", "state": "EXPIRED", "detail": {"code": "no such phone!"}},
            {"id": "4713", "state": "FAILED"},
            {"id": "4714", "state": "ON_ITS_WAY"},
        ]
    ).encode()
    found = [(r.name, r.outcome, r.reason) for r in receiver.results(report(plan, body))]
    assert found == [
        ("4711", Outcome.DELIVERED, ""),
        ("4712", Outcome.FAILED, "carrier_no_such_phone_"),
        ("4713", Outcome.FAILED, "carrier_FAILED"),
    ]


@pytest.mark.parametrize(
    ("algorithm", "encoding"),
    [("hmac-sha256", "hex"), ("hmac-sha256", "base64"), ("hmac-sha1", "hex"), ("token", "hex")],
)
def test_every_way_to_sign_is_checked(tmp_path: Path, algorithm: str, encoding: str) -> None:
    text = NESTED.replace(
        'header = "X-Signature"',
        f'header = "X-Signature"\nalgorithm = "{algorithm}"\nencoding = "{encoding}"',
    )
    receiver, plan = receiver_of(tmp_path, text)
    body = b'{"id": "4711", "state": "DELIVERED"}'
    signed = report(plan, body)
    assert len(receiver.results(signed)) == 1
    with pytest.raises(ForgedError):
        receiver.results(report(plan, body, b"another secret"))
    with pytest.raises(ForgedError):
        receiver.results(Report(signed.url, {}, body))
    if algorithm != "token":
        with pytest.raises(ForgedError):
            receiver.results(Report(signed.url, signed.headers, body + b" "))


def test_a_report_that_is_no_json_says_nothing(tmp_path: Path) -> None:
    receiver, plan = receiver_of(tmp_path)
    assert receiver.results(report(plan, b"[" * 100_000)) == []
    assert receiver.results(report(plan, b'{"id": ["4711"], "state": {}}')) == []


def test_a_file_lies_beside_the_program_and_its_reports_need_the_secret(tmp_path: Path) -> None:
    program = program_with(tmp_path, "")
    plan_of(Path(program).parent, NESTED)
    settings = Settings(
        program=program, environment="test", sms_file="sms.toml", sms_token="token-1"
    )
    assert str(make_senders(settings)["sms"].way) == "http sms.example.jp"
    with pytest.raises(InputError, match="PORTAL_SMS_REPORT_SECRET"):
        make_receiver(settings)
