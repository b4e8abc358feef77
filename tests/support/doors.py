"""Every public route of the template, called in this process as API Gateway calls it; what no answer may be like."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from pond.kernel.settings import secret
from support import grants
from support import template as templates
from support.crashes import counting
from support.web import CONTEXT, load

CALLS_AT_MOST = 60  # to AWS and partners for one request: more would be a loop that a stranger can start
ANSWER_MAX = 256 * 1024
SHOWN = {
    "app_id",
    "corp_id",
    "original_id",
    "sdk_app_id",
    "sign_name",
    "notice_template_id",
    "template_id",
    "client_id",
}
HEADERS = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Cache-Control")
asked: list[str] = []  # the routes knocked at in this run, for its summary
INTERNALS = ("Traceback", 'File "/', "botocore", "pynamodb", "urllib3", "/var/task", "/opt/python", "site-packages")


@dataclass(frozen=True)
class Door:
    """One route: the function that answers it, its method, its path with `{names}`."""

    function: str
    method: str
    path: str

    @property
    def names(self) -> list[str]:
        """The names in its path."""
        return [piece[1:-1] for piece in self.path.split("/") if piece.startswith("{")]


@dataclass(frozen=True)
class Knock:
    """One request as it comes over the wire: `arguments` fill the path's names, percent-encoded as they are."""

    door: Door
    arguments: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)

    @property
    def path(self) -> str:
        """The path asked for."""
        path = self.door.path
        for name, value in zip(self.door.names, self.arguments, strict=True):
            path = path.replace(f"{{{name}}}", quote(value, safe="%"))
        return path

    def event(self) -> dict[str, Any]:
        """The event API Gateway makes of it: bodies that are no text come in base64."""
        query: dict[str, list[str]] = {}
        for name, value in self.query:
            query.setdefault(name, []).append(value)
        body, encoded = _carried(self.body)
        headers = dict(self.headers)
        arguments = {
            name: unquote_to_bytes(value).decode(errors="replace")
            for name, value in zip(self.door.names, self.arguments, strict=True)
        }
        return {
            "resource": self.door.path,
            "path": self.path,
            "httpMethod": self.door.method,
            "headers": headers or None,
            "multiValueHeaders": {name: [value] for name, value in headers.items()} or None,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": arguments or None,
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": encoded,
            "requestContext": {
                "resourcePath": self.door.path,
                "httpMethod": self.door.method,
                "path": f"/live{self.path}",
                "domainName": "abc.execute-api.example",
                "identity": {"sourceIp": "192.0.2.1"},
                "stage": "live",
            },
        }


def doors() -> list[Door]:
    """Every public route of the template."""
    return [
        Door(templates.name_of(function), event["Properties"]["Method"].upper(), event["Properties"]["Path"])
        for function in templates.functions(templates.read()).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Api"
    ]


def faults(knock: Knock) -> list[str]:
    """Make the request; what is wrong about the answer. Nothing is, whatever was asked."""
    asked.append(knock.door.path)
    with counting() as calls, grants.of(knock.door.function):
        answer = _module(knock.door.function).handler(knock.event(), CONTEXT)
    found = judge(
        int(answer["statusCode"]), _headers(answer), str(answer["body"]), _secrets(), ours=answer["statusCode"] != 415
    )
    if calls.made > CALLS_AT_MOST:
        found.append(f"{calls.made} calls for one request")
    return found


def judge(status: int, headers: dict[str, str], body: str, secrets: tuple[str, ...], ours: bool) -> list[str]:
    """What is wrong about an answer: a 5xx, internals or secrets in it, too long, headers missing (`ours`: answered by
    our code, not by the router)."""
    found = [f"status {status}"] if status >= 500 else []
    found += [f"shows {words!r}" for words in (*INTERNALS, *secrets) if words in body]
    if len(body) > ANSWER_MAX:
        found.append(f"{len(body)} characters")
    known = {name.lower() for name in headers}
    found += [f"no {name}" for name in HEADERS if ours and name.lower() not in known]
    return found


@cache
def _module(function: str) -> Any:
    return load(function)


def _headers(answer: dict[str, Any]) -> dict[str, str]:
    more: Iterable[tuple[str, Any]] = (answer.get("multiValueHeaders") or {}).items()
    return dict(answer["headers"]) | {name: values[-1] for name, values in more}


def _carried(body: bytes | None) -> tuple[str | None, bool]:
    if body is None:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


def long_ones(known: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """The values of secrets that are long enough to stand in an answer by no chance, and that no address shows."""
    values = (str(value) for each in known for name, value in each.items() if name not in SHOWN)
    return tuple(value for value in values if len(value) >= 8)


@cache
def _secrets() -> tuple[str, ...]:
    return long_ones(secret(name) for name in ("keys", "official-account", "wecom", "sms"))
