"""The OAuth trip that begins a session: to WeChat and back. Only pseudonyms go into cookies."""

from dataclasses import dataclass
from urllib.parse import urlencode

from chalice.app import Response

from pond.channels import followers
from pond.kernel.errors import OutcomeUnknown, Refused, Transient
from pond.kernel.ids import pseudonym
from pond.kernel.logs import count, logger
from pond.members import identities
from pond.platforms import official_account
from pond.platforms.errors import Meaning, PartnerRefused
from pond.web import answers, pages, sessions
from pond.web.persons import channel_of, is_id, person
from pond.web.visit import Visit

ME = "~me"  # in the place of a programme: the person's own data (no programme's id begins with ~)


@dataclass(frozen=True)
class Target:
    """Where a trip leads: a programme and the channel the person came through, or the person's own data."""

    programme_id: str
    channel_id: str = ""

    @property
    def path(self) -> str:
        """The state page, remembering the channel."""
        if self.programme_id == ME:
            return "/me"
        return f"/p/{self.programme_id}" + (f"?{urlencode({'from': self.channel_id})}" if self.channel_id else "")


def trip(visit: Visit) -> Response:
    """Both ends of the OAuth trip: `?to=programme` sends the person to WeChat, `?code=&state=` receives them back."""
    if "code" in visit.query:
        return _return(visit)
    programme_id = visit.query.get("to", "")
    if not is_id(programme_id) and programme_id != ME:
        raise Refused("oauth.no_target")
    target = Target(programme_id, channel_of(visit))
    start = sessions.new_start(visit.cookies.get(sessions.START_COOKIE))
    state = sessions.seal_state(f"{target.programme_id} {target.channel_id}", start, visit.now)
    return answers.redirect(
        official_account.oauth_url(f"{visit.origin}{visit.link('/oauth')}", state),
        cookies=[_cookie(visit, sessions.START_COOKIE, start)],
    )


def _return(visit: Visit) -> Response:
    start = visit.cookies.get(sessions.START_COOKIE, "")
    sealed = sessions.unseal_state(visit.query.get("state", ""), start, visit.now) if start else None
    if sealed is None:
        raise Refused("oauth.state")
    target = Target(*sealed.split(" "))
    try:
        user = official_account.exchange_code(visit.query["code"])
    except PartnerRefused as error:
        if error.meaning is not Meaning.OAUTH_CODE:
            raise
        if person(visit):  # the page was loaded again
            return answers.redirect(visit.link(target.path))
        return answers.html(pages.StartAgain(programme_id=target.programme_id), visit.prefix, status=400)
    except (Transient, OutcomeUnknown) as error:
        logger.warning("WeChat did not tell who came", extra={"code": error.code})
        return answers.html(pages.PartnerDown(programme_id=target.programme_id), visit.prefix, status=503)
    if user.snapshot:
        count("SnapshotRefused")
        return answers.html(pages.SnapshotRefused(programme_id=target.programme_id), visit.prefix, status=403)
    if user.unionid is None:
        count("UnionidMissing")
    account_id = pseudonym("unionid", user.unionid) if user.unionid else pseudonym("openid", user.openid)
    follower_id = followers.visited(user.openid, visit.now)
    known = identities.who(account_id)
    if known.known or known.blocked:  # whose follower a newcomer is, is noted with the first code they ask for
        followers.link(follower_id, account_id, known.member_id)
    session = sessions.open_session(follower_id, account_id, visit.now)
    return answers.redirect(
        visit.link(target.path), cookies=[_cookie(visit, sessions.SESSION_COOKIE, sessions.seal(session))]
    )


def _cookie(visit: Visit, name: str, value: str) -> str:
    life = sessions.SESSION_LIFE if name == sessions.SESSION_COOKIE else sessions.START_LIFE
    return sessions.cookie(name, value, life, visit.prefix, visit.secure)
