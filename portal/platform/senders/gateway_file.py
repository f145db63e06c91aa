"""The file that describes an SMS gateway: which adapter, and for HTTP the dialect it speaks.

``.github/guides/sms-gateway.md`` explains every key. The file holds no secrets: these are settings
of the deployment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.program.toml.files import ProgramFileError, read_toml
from portal.domain.foundation.program.toml.sections import PLACEHOLDER, Section
from portal.domain.foundation.texts import _s
from portal.platform.senders.network_place import is_safe_web

IN_HEADERS = frozenset({"token"})
IN_FIELDS = frozenset({"to", "to_national", "text", "id", "token", "callback_url"})
Fields = Mapping[str, object]


class Adapter(StrEnum):
    """The ways to speak with a gateway."""

    HTTP = "http"
    TWILIO = "twilio"
    AWS = "aws"


class BodyFormat(StrEnum):
    """How fields are written in a body."""

    JSON = "json"
    FORM = "form"


class Algorithm(StrEnum):
    """How a report is signed: a keyed hash of its body, or a shared word in a header."""

    HMAC_SHA256 = "hmac-sha256"
    HMAC_SHA1 = "hmac-sha1"
    TOKEN = "token"  # noqa: S105  (the name of a way to sign)


class Encoding(StrEnum):
    """How the bytes of a signature are written."""

    HEX = "hex"
    BASE64 = "base64"


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """Where an answer says what became of the request; places are keys joined by dots."""

    format: BodyFormat = BodyFormat.JSON
    id: str = ""
    status: str = ""
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """How the gateway reports, and which of its words mean what."""

    header: str
    algorithm: Algorithm
    encoding: Encoding
    prefix: str
    format: BodyFormat
    id: str
    status: str
    reason: str
    delivered: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HttpPlan:
    """A gateway that takes one HTTP request for one message."""

    url: str
    method: str
    format: BodyFormat
    headers: Mapping[str, str]
    fields: Fields
    answer: AnswerPlan
    callback: CallbackPlan | None = None


class TwilioPlan(Struct, frozen=True):
    """An account at Twilio; ``sender`` is a number, a name, or a messaging service (``MG…``)."""

    account_sid: str
    sender: str
    api_url: str


class AwsPlan(Struct, frozen=True):
    """AWS End User Messaging SMS; results come through an SNS topic."""

    region: str
    sender: str
    configuration_set: str
    topic_arn: str
    access_key_id: str
    endpoint_url: str


Plan = HttpPlan | TwilioPlan | AwsPlan


def builtin_plan(url: str) -> HttpPlan:
    """Return the dialect without a file: ``{"to", "text", "id"}`` and a bearer token."""
    return HttpPlan(
        url=url,
        method="POST",
        format=BodyFormat.JSON,
        headers={"Authorization": "Bearer %(token)s"},
        fields={"to": "%(to)s", "text": "%(text)s", "id": "%(id)s"},
        answer=AnswerPlan(),
    )


def read_gateway_file(path: Path) -> Plan:
    """Read and check a gateway file.

    Raises:
        ProgramFileError: with every fault at once.
    """
    problems: list[str] = []
    root = Section(read_toml(path), where="", problems=problems)
    adapter = root.member("adapter", Adapter, Adapter.HTTP)
    match adapter:
        case Adapter.TWILIO:
            plan: Plan = _twilio(root)
        case Adapter.AWS:
            plan = _aws(root)
        case _:
            plan = _http(root)
    root.finish()
    if problems:
        raise ProgramFileError(path, problems)
    return plan


def _twilio(root: Section) -> TwilioPlan:
    sid = root.text("account_sid")
    if sid and not re.fullmatch(r"AC[0-9a-f]{32}", sid):
        root.problem("account_sid", _s("AC で始まる34文字です。Twilio の画面で確かめてください。"))
    return TwilioPlan(sid, root.text("from"), _url(root, "api_url", "https://api.twilio.com"))


def _aws(root: Section) -> AwsPlan:
    return AwsPlan(
        region=root.text("region"),
        sender=root.text("from"),
        configuration_set=root.text("configuration_set", ""),
        topic_arn=root.text("topic_arn", ""),
        access_key_id=root.text("access_key_id", ""),
        endpoint_url=_url(root, "endpoint_url", "") if root.has("endpoint_url") else "",
    )


def _http(root: Section) -> HttpPlan:
    form = root.member("format", BodyFormat, BodyFormat.JSON)
    headers = _strings(root, "headers")
    fields = root.raw("fields")
    plan = HttpPlan(
        url=_url(root, "url", None),
        method=root.choice("method", ("POST", "PUT"), "POST"),
        format=form,
        headers=headers,
        fields=fields if isinstance(fields, dict) else {},
        answer=_answer(root.table("answer", required=False)),
        callback=_callback(root.table("callback")) if root.has("callback") else None,
    )
    for value in headers.values():
        root.only_placeholders("headers", value, IN_HEADERS)
    _check_fields(root, plan)
    return plan


def _strings(root: Section, key: str) -> Mapping[str, str]:
    found = root.raw(key)
    if found is None:
        return {}
    if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
        return found
    root.problem(key, _s("%(expected)sで書いてください。") % {"expected": _s("文字列の表")})
    return {}


def _check_fields(root: Section, plan: HttpPlan) -> None:
    texts = list(_leaves(plan.fields))
    used = {name for text in texts for name in PLACEHOLDER.findall(text)}
    for text in texts:
        root.only_placeholders("fields", text, IN_FIELDS)
    if "text" not in used or not used & {"to", "to_national"}:
        root.problem(
            "fields", _s("宛先（to か to_national）と文（text）の差し込みを入れてください。")
        )
    nested = any(isinstance(value, dict | list) for value in plan.fields.values())
    if plan.format is BodyFormat.FORM and nested:
        root.problem("fields", _s("form では、項目を入れ子にできません。"))


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _leaves(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _leaves(inner)]
    return [value] if isinstance(value, str) else []


def _answer(section: Section) -> AnswerPlan:
    return AnswerPlan(
        format=section.member("format", BodyFormat, BodyFormat.JSON),
        id=section.text("id", ""),
        status=section.text("status", ""),
        accepted=section.words("accepted", ()),
        refused=section.words("refused", ()),
    )


def _callback(section: Section) -> CallbackPlan:
    return CallbackPlan(
        header=section.text("header").lower(),
        algorithm=section.member("algorithm", Algorithm, Algorithm.HMAC_SHA256),
        encoding=section.member("encoding", Encoding, Encoding.HEX),
        prefix=section.text("prefix", ""),
        format=section.member("format", BodyFormat, BodyFormat.JSON),
        id=section.text("id"),
        status=section.text("status"),
        reason=section.text("reason", ""),
        delivered=section.words("delivered"),
        failed=section.words("failed"),
    )


def _url(section: Section, key: str, default: str | None) -> str:
    url = section.text(key, default)
    if url and not is_safe_web(url):
        section.problem(key, _s("https:// で始まるアドレスにしてください。"))
    return url
