"""Every page state with sample data, for tests and pictures: `python infra/gallery.py FOLDER` writes them as files."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import segno

sys.path.insert(0, str(Path(__file__).parents[1] / "layers/pond/python"))

from pond.web import assets, fields, pages, rendering  # after the path is known
from pond.web.pages_rights import MyData, Receipt

SOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHICH: dict[str, Any] = {"programme_id": "muying", "programme_name": "免费育儿社群"}
IMAGE = segno.make("https://pond.example/sample", error="m").png_data_uri(scale=6, border=2)
CONSENT = (
    "我们收集您的姓名、手机号、阶段、预产期或宝宝生日、所在城市，用来安排合适的群和通知您。\n"
    "加密保存，不会给别人。您可以随时要求删除。"
)
CHOICES = (
    fields.Choice("planning", "备孕中", "nothing"),
    fields.Choice("pregnancy", "怀孕中", "due_date"),
    fields.Choice("parenting", "宝宝已出生", "birthday"),
)
QUESTIONS = (
    fields.Question("answer-identity", "您的身份", (("store", "实体店主"), ("seller", "微商"))),
    fields.Question("answer-years", "做这一行多久了", (("new", "不到一年"), ("long", "三年以上"))),
)
FORM: dict[str, Any] = {**WHICH, "choices": CHOICES, "consent_version": "2026-11", "consent_text": CONSENT}
TYPED = fields.Values("王小美", "13800138000", "12345", "pregnancy", "2029-03-09", "杭州", False)

FACTS = (
    ("姓名", "王小美"),
    ("手机号", "13800138000"),
    ("预产期或生日", "2029-03-09"),
    ("免费育儿社群", "怀孕中 · 杭州"),
    ("同意书", "2026-11 · 2026-11-23"),
)
RECEIPT = "01kaq2v3w4x5y6z7a8b9c0d1e2"

SAMPLES: dict[str, pages.Page] = {
    "landing": pages.Landing(**WHICH, channel_id="douyin", code_text="https://pond.example/sample", code_image=IMAGE),
    "enter": pages.Enter(**WHICH, channel_id="douyin"),
    "not_booked": pages.NotBooked(**WHICH, opens_at=SOON),
    "not_booked_open": pages.NotBooked(**WHICH, open_now=True, opens_at=SOON),
    "waiting": pages.Waiting(**WHICH, number=128, ahead=36, opens_at=SOON + timedelta(days=900)),
    "waiting_unplanned": pages.Waiting(**WHICH, number=128, ahead=36),
    "form": pages.RegistrationForm(**FORM),
    "code_sent": pages.RegistrationForm(**FORM, values=TYPED, code_state="sent", wait_seconds=60),
    "form_wrong": pages.RegistrationForm(
        **FORM,
        values=TYPED,
        errors={"day": "day.too_far", "code": "code.wrong", "consent": "consent.missing", "phone": "phone.invalid"},
        tries_left=4,
    ),
    "form_questions": pages.RegistrationForm(
        **FORM,
        questions=QUESTIONS,
        values=replace(TYPED, answers={"answer-identity": "seller"}),
        errors={"answer-years": "answer.missing"},
    ),
    "phone": pages.PhoneForm(**WHICH, phone="13812345678", errors={"code": "code.wrong"}, tries_left=3),
    "phone_changed": pages.PhoneForm(**WHICH, done=True),
    "under_review": pages.UnderReview(**WHICH, reason="我们会有人看一下您的资料，一般在一个工作日内。"),
    "quota_full": pages.UnderReview(**WHICH, waitlist=True),
    "declined": pages.Declined(**WHICH, reason="这个社群只面向做生意的朋友。"),
    "getting_seat": pages.GettingSeat(**WHICH),
    "group_code": pages.GroupCode(
        **WHICH, group_name="孕期 3 群", code_url=IMAGE, held_until=SOON + timedelta(days=900)
    ),
    "group_code_later": pages.GroupCode(**WHICH, group_name="孕期 3 群", code_url=None, held_until=SOON),
    "joined": pages.Joined(
        **WHICH,
        group_name="孕期 3 群",
        rules="一、互相尊重\n二、不发广告",
        video_account="视频号“鱼塘育儿”，每周三、周六晚 8 点直播",
    ),
    "waitlist": pages.Waitlist(**WHICH, place=7),
    "seat_expired": pages.SeatGone(**WHICH, reason="expired", may_ask_again=True),
    "seat_left": pages.SeatGone(**WHICH, reason="left", may_ask_again=False),
    "closed": pages.Closed(**WHICH),
    "blocked": pages.Blocked(**WHICH),
    "start_again": pages.StartAgain(**WHICH),
    "snapshot": pages.SnapshotRefused(**WHICH),
    "partner_down": pages.PartnerDown(),
    "my_data_locked": MyData(known=True, masked_phone="138****8000", code_state="sent", wait_seconds=60),
    "my_data": MyData(known=True, proven=True, masked_phone="138****8000", facts=FACTS, name="王小美", city="杭州"),
    "my_data_nothing": MyData(known=False, unsure=True),
    "receipt": Receipt(number=RECEIPT, requested_at=SOON, erased_at=None, done_at=None),
    "receipt_done": Receipt(number=RECEIPT, requested_at=SOON, erased_at=SOON, done_at=SOON),
    "missing": pages.Missing(),
    "server_error": pages.ServerError(),
}


def write(folder: Path) -> None:
    """All samples and the assets, so that a file server can show them."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for name in assets.names():
        (folder / "assets" / name).write_text(assets.read(name)[0], encoding="utf-8")
    for name, page in SAMPLES.items():
        (folder / f"{name}.html").write_text(rendering.render(page), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
