"""WeCom's API of mass sends and media: tasks made, listed, followed, reminded of, cancelled; files uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import media
from sandbox.faults import Answer
from sandbox.partner import Json, done, refusal
from sandbox.wecom_masses import MassTask

if TYPE_CHECKING:
    from sandbox.state import World

TEXT_BYTES, ATTACHMENTS_MAX, GROUPS_MAX, CUSTOMERS_MAX = 4000, 9, 2000, 10_000
LIST_PAGE, PAGE = 100, 1000
MONTH_SECONDS = 31 * 86_400
NEEDED = {
    "image": (),
    "link": ("title", "url"),
    "miniprogram": ("title", "pic_media_id", "appid", "page"),
    "video": ("media_id",),
    "file": ("media_id",),
}
BYTES = {"link": {"title": 128, "desc": 512, "url": 2048, "picurl": 2048}, "miniprogram": {"title": 64}}


class MassCalls:
    """One function a call: (body, query) to answer."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, body: Json, query: dict[str, str]) -> Answer:
        """add_msg_template: a task, nothing more."""
        text = str((body.get("text") or {}).get("content") or "")
        attachments = body.get("attachments") or []
        chat_type = body.get("chat_type") or "single"
        if not (text or attachments) or len(text.encode()) > TEXT_BYTES or chat_type not in ("single", "group"):
            return refusal(40058)
        if len(attachments) > ATTACHMENTS_MAX:
            return refusal(41064)
        if wrong := next(filter(None, map(self._attachment_problem, attachments)), 0):
            return refusal(wrong)
        sender = str(body.get("sender") or "")
        if sender and sender not in self._world.wecom.staff:
            return refusal(40003, "invalid userid")
        found = self._groups(sender, body) if chat_type == "group" else self._customers(sender, body)
        if isinstance(found, int):
            return refusal(found)
        parts, left_out = found
        if not any(parts.values()):
            return refusal(41048)
        task = self._world.masses.create(chat_type, text, attachments, parts)
        return done(msgid=task.msgid, fail_list=left_out)

    def _attachment_problem(self, attachment: Any) -> int:
        kind = attachment.get("msgtype")
        values = attachment.get(kind)
        if kind not in NEEDED or not isinstance(values, dict):
            return 86214
        if any(not values.get(name) for name in NEEDED[kind]):
            return 40058
        if any(len(str(values.get(name) or "").encode()) > most for name, most in BYTES.get(kind, {}).items()):
            return 40058
        if kind == "image" and not values.get("media_id"):
            return 0 if values.get("pic_url") else 40058
        media_id = values.get("pic_media_id") if kind == "miniprogram" else values.get("media_id")
        return 0 if kind == "link" or self._world.media.live("wecom", media_id) else 40007

    def _groups(self, sender: str, body: Json) -> tuple[dict[str, list[str]], list[str]] | int:
        if not sender:
            return 40058
        asked = body.get("chat_id_list")
        mine = [g.chat_id for g in self._world.wecom.groups.values() if g.owner == sender and g.status == "open"]
        if not asked:
            return {sender: mine}, []
        if len(asked) > GROUPS_MAX:
            return 40063
        own = set(mine)
        return {sender: [one for one in dict.fromkeys(asked) if one in own]}, [one for one in asked if one not in own]

    def _customers(self, sender: str, body: Json) -> tuple[dict[str, list[str]], list[str]] | int:
        asked = body.get("external_userid") or []
        if len(asked) > CUSTOMERS_MAX or not (asked or sender):
            return 40058 if len(asked) <= CUSTOMERS_MAX else 40063
        people = self._world.people
        last: dict[str, str] = {}  # whom each customer added last, for want of chats
        for contact in sorted(self._world.wecom.contacts.values(), key=lambda one: one.created):
            if not contact.task_id and sender in ("", contact.userid):
                last[people.accounts[contact.account_id].external_userid] = contact.userid
        parts: dict[str, list[str]] = {}
        for external_userid in dict.fromkeys(asked or last):
            if external_userid in last:
                parts.setdefault(last[external_userid], []).append(external_userid)
        return parts, [one for one in asked if one not in last]

    def _page(self, body: Json, rows: list[Json], name: str, most: int, default: int) -> Answer:
        limit = body.get("limit") or default
        if type(limit) is not int or not 1 <= limit <= most:
            return refusal(40058)
        limit = min(limit, self._world.switches["wecom.mass_page_rows"])
        start = int(body["cursor"]) if str(body.get("cursor") or "").isdecimal() else 0
        cursor = str(start + limit) if start + limit < len(rows) else ""
        return done(**{name: rows[start : start + limit]}, next_cursor=cursor)

    def listed(self, body: Json, query: dict[str, str]) -> Answer:
        """get_groupmsg_list_v2: at most a month."""
        start, end = body.get("start_time"), body.get("end_time")
        if type(start) is not int or type(end) is not int or not 0 <= end - start <= MONTH_SECONDS:
            return refusal(40058)
        if body.get("chat_type") not in ("single", "group"):
            return refusal(40058)
        rows = [
            {
                "msgid": task.msgid,
                **({"creator": task.creator} if task.creator else {}),
                "create_time": str(int(task.created)),
                "create_type": 1 if task.creator else 0,
                **({"text": {"content": task.text}} if task.text else {}),
                "attachments": task.attachments,
            }
            for task in reversed(self._world.masses.tasks.values())
            if task.chat_type == body["chat_type"] and start <= int(task.created) <= end
        ]
        return self._page(body, rows, "group_msg_list", LIST_PAGE, 50)

    def _task(self, body: Json) -> MassTask | int:
        task = self._world.masses.tasks.get(str(body.get("msgid")))
        if task is None:
            return 40058
        return task if self._world.masses.handed_out(task) else 41063

    def staff(self, body: Json, query: dict[str, str]) -> Answer:
        """get_groupmsg_task: who has tapped "send"."""
        task = self._task(body)
        if isinstance(task, int):
            return refusal(task)
        rows = [
            {
                "userid": part.userid,
                "status": 0 if part.sent_at is None else 2,
                **({"send_time": int(part.sent_at)} if part.sent_at is not None else {}),
            }
            for part in task.parts.values()
        ]
        return self._page(body, rows, "task_list", PAGE, 500)

    def results(self, body: Json, query: dict[str, str]) -> Answer:
        """get_groupmsg_send_result: what became of each target, as it was a moment ago."""
        task = self._task(body)
        if isinstance(task, int):
            return refusal(task)
        part = task.parts.get(str(body.get("userid")))
        if part is None:
            return refusal(40003, "invalid userid")
        known_until = self._world.clock.now() - self._world.switches["wecom.mass_result_lag_seconds"]
        name = "chat_id" if task.chat_type == "group" else "external_userid"
        rows = []
        for target in part.targets:
            told = target.at is not None and target.at <= known_until
            sent = {"send_time": int(target.at)} if told and target.at is not None and target.status == 1 else {}
            rows.append({name: target.target, "userid": part.userid, "status": target.status if told else 0, **sent})
        return self._page(body, rows, "send_list", PAGE, 500)

    def remind(self, body: Json, query: dict[str, str]) -> Answer:
        """remind_groupmsg_send: three a day."""
        task = self._task(body)
        code = task if isinstance(task, int) else self._world.masses.remind(task)
        return refusal(code) if code else done()

    def cancel(self, body: Json, query: dict[str, str]) -> Answer:
        """cancel_groupmsg_send: what was sent stays."""
        task = self._task(body)
        code = task if isinstance(task, int) else self._world.masses.cancel(task)
        return refusal(code) if code else done()

    def customers(self, body: Json, query: dict[str, str]) -> Answer:
        """externalcontact/list: a staff member's customers."""
        if query.get("userid") not in self._world.wecom.staff:
            return refusal(40003, "invalid userid")
        people = self._world.people
        mine = [
            people.accounts[contact.account_id].external_userid
            for contact in self._world.wecom.contacts.values()
            if contact.userid == query["userid"] and not contact.task_id
        ]
        return done(external_userid=mine) if mine else refusal(84061, "not external contact")

    def upload(self, part: media.Part | None, query: dict[str, str]) -> Answer:
        """media/upload: three days."""
        kind = query.get("type", "")
        wrong = 41005 if part is None else media.problem(media.KINDS["wecom"].get(kind), part)
        if part is None or wrong:
            return refusal(wrong)
        item = self._world.media.add("wecom", kind, part)
        return done(type=kind, media_id=item.media_id, created_at=str(self._world.clock.seconds()))

    def upload_image(self, part: media.Part | None, query: dict[str, str]) -> Answer:
        """media/uploadimg: an address that stays."""
        wrong = 41005 if part is None else media.problem(media.LASTING, part)
        if part is None or wrong:
            return refusal(wrong)
        item = self._world.media.add("wecom", "image", part, lasting=True)
        return done(url=self._world.media.url(item))
