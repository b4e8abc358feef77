"""The H5 functions, called in this process as API Gateway calls them, each with its own rights to tables."""

import importlib.util
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from support import grants

FUNCTIONS = Path(__file__).parents[2] / "functions"
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:aws:lambda:x:1:function:f", aws_request_id="1"
)
Call = Callable[..., dict[str, Any]]


def load(function: str) -> Any:
    """A function's module, as Lambda loads it."""
    spec = importlib.util.spec_from_file_location(f"{function}_app", FUNCTIONS / function / "app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def caller() -> Call:
    """`call("GET", "/p/x?a=b", form={…}, cookies={…})` → the Lambda's answer."""
    apps = {"c": "intake", "p": "intake", "oauth": "intake", "l": "intake", "assets": "intake", "m": "registration"}
    apps["me"] = "rights"
    modules = {name: load(name) for name in set(apps.values())}

    def send(
        method: str,
        url: str,
        form: dict[str, str] | str | None = None,
        cookies: dict[str, str] | None = None,
        content_type: str = "application/x-www-form-urlencoded",
    ) -> dict[str, Any]:
        parts = urlsplit(url)
        pieces = parts.path.strip("/").split("/")
        function = apps[pieces[0]]
        module = modules[function]
        resource, arguments = _match(module.app.routes, pieces)
        headers = {"accept": "text/html"}
        if form is not None:
            headers["content-type"] = content_type
        if cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        query = parse_qs(parts.query, keep_blank_values=True)
        event = {
            "resource": resource,
            "path": parts.path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": arguments or None,
            "stageVariables": None,
            "body": urlencode(form) if isinstance(form, dict) else form,
            "isBase64Encoded": False,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": method,
                "path": f"/live{parts.path}",
                "domainName": "abc.execute-api.example",
                "identity": {"sourceIp": "192.0.2.1"},
                "stage": "live",
            },
        }
        with grants.of(function):
            answer: dict[str, Any] = module.handler(event, CONTEXT)
        return answer

    return send


def _match(routes: Any, pieces: list[str]) -> tuple[str, dict[str, str]]:
    for resource in routes:
        names = resource.strip("/").split("/")
        if len(names) == len(pieces) and all(
            name == piece or name.startswith("{") for name, piece in zip(names, pieces, strict=True)
        ):
            return resource, {
                name.strip("{}"): piece for name, piece in zip(names, pieces, strict=True) if name.startswith("{")
            }
    raise AssertionError(f"no route for {pieces}")


def jar(answer: dict[str, Any]) -> dict[str, str]:
    """The cookies an answer sets."""
    cookies = answer["multiValueHeaders"].get("Set-Cookie", [])
    return dict(cookie.split(";")[0].split("=", 1) for cookie in cookies)


@dataclass
class Browser:
    """A person's browser on the programme's pages."""

    call: Call
    cookies: dict[str, str]
    programme_id: str
    account_id: str
    clock: dict[str, datetime]
    page: str = field(default="", repr=False)
    status: int = 0

    def open(self, path: str = "") -> str:
        """Open the programme's page, follow redirects; the state shown."""
        return self._read(self.call("GET", path or f"/p/{self.programme_id}", cookies=self.cookies))

    def press(self, path: str, **form: str) -> str:
        """Send a form of the page shown; filling a form in takes a while."""
        if path == f"/m/{self.programme_id}":
            self.clock["now"] += timedelta(seconds=5)
        token = re.search(r'name="form_token" value="([^"]+)"', self.page)
        assert token
        answer = self.call("POST", path, {"form_token": token[1], **form}, self.cookies)
        return self._read(answer)

    def mark(self, room: str) -> dict[str, Any]:
        """What the page's script hears."""
        parsed: dict[str, Any] = json.loads(
            self.call("GET", f"/{room}/{self.programme_id}/state", cookies=self.cookies)["body"]
        )
        return parsed

    def _read(self, answer: dict[str, Any]) -> str:
        if answer["statusCode"] == 303:
            return self.open(answer["headers"]["Location"])
        self.page, self.status = answer["body"], answer["statusCode"]
        found = re.search(r'data-state="(\w+)"', self.page)
        assert found, self.page
        return found[1]
