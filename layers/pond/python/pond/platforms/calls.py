"""Calls to WeChat's and WeCom's APIs, which work alike: `access_token` in the query, JSON, and `errcode` in a 200
answer.

What always holds: `errcode` is read; a token the partner no longer takes is renewed once and the call made once more;
what an operator must put right is logged as such.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pond.kernel import settings as kernel_settings
from pond.kernel.logs import logger
from pond.platforms import http, tokens
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused, error_for, trace
from pond.platforms.tokens import Fetched


@dataclass(frozen=True)
class Api:
    """One partner's API: its name, what its error codes mean, where it is, and whose token is used, got how."""

    partner: str
    meanings: Mapping[int, Meaning]
    base_url: Callable[[], str]
    family: Callable[[], str]
    fetch: Callable[[], Fetched]

    def call(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | http.Upload | None = None,
        idempotent: bool = True,
    ) -> dict[str, Any]:
        """Make a call that needs the access token: POST with a body (JSON, or an upload), else GET.

        Raises:
            PartnerRefused, PartnerBusy, OutcomeUnknown: as `http.send` and the table of error codes say.
        """
        token = tokens.token(self.family(), self.fetch)
        try:
            return self.ask(path, query={**(query or {}), "access_token": token}, body=body, idempotent=idempotent)
        except PartnerRefused as error:
            if error.meaning is not Meaning.TOKEN:
                raise
        token = tokens.renew(self.family(), token, self.fetch)
        try:
            return self.ask(path, query={**(query or {}), "access_token": token}, body=body, idempotent=idempotent)
        except PartnerRefused as error:
            if error.meaning is not Meaning.TOKEN:
                raise
            raise PartnerBusy(self.partner, error.errcode, "a renewed token is not taken either") from error

    def ask(
        self,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | http.Upload | None = None,
        idempotent: bool = True,
    ) -> dict[str, Any]:
        """Make a call as it stands, without adding a token."""
        content, content_type = http.encode(body)
        reply = http.send(
            self.partner,
            "GET" if body is None else "POST",
            self.base_url() + path,
            query=query,
            body=content,
            headers={"Content-Type": content_type} if content_type else {},
            idempotent=idempotent,
        )
        errcode = int(reply.data.get("errcode") or 0)
        if errcode == 0 and reply.status < 300:
            return reply.data
        errmsg = reply.data.get("errmsg", "")
        error = error_for(self.partner, errcode or reply.status, errmsg, self.meanings)
        if isinstance(error, PartnerRefused):
            # Without a token in the call, "bad credential" speaks of the secret itself.
            if error.meaning is Meaning.TOKEN and "access_token" not in (query or {}):
                error = PartnerRefused(self.partner, errcode, Meaning.CONFIGURATION, trace(errmsg))
            if error.meaning is Meaning.CONFIGURATION:
                misconfigured(self.partner, str(errcode), trace(errmsg))
        raise error


def misconfigured(partner: str, errcode: str, hint: str = "") -> None:
    """Log what an operator must put right, and read secrets anew next time, in case one was changed just now."""
    logger.error("partner configuration", extra={"partner": partner, "errcode": errcode, "hint": hint})
    kernel_settings.forget()
