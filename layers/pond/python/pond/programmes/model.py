"""What a programme is: its stages, segments, texts and rules, read from one document.

A `Programme` that exists is whole and consistent: `parse` refuses any other, naming the place. Months of age count from
`months_from` up to, not including, `months_to`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, Literal, cast

from pond.kernel.errors import Refused
from pond.programmes import model_attribution, model_rules_reader, model_texts
from pond.programmes.model_reader import Part
from pond.programmes.model_rules import OPEN_TO_ALL, Admission, Question, check_change_of_kinds, check_kinds
from pond.programmes.model_texts import ANSWER_FIELDS, FIELDS, TEMPLATES, Answer, check, check_decision, check_template

Asks = Literal["nothing", "due_date", "birthday"]
FillOrder = Literal["one_by_one", "even"]


@dataclass(frozen=True)
class Stage:
    """Where a family is, as chosen in the form, and which day the form asks for then."""

    stage_id: str
    name: str
    asks: Asks


@dataclass(frozen=True)
class Segment:
    """Who a group is for: a stage, or months of age within one that asks for the birthday; of some kinds, or of all."""

    segment_id: str
    name: str
    stage_id: str
    months_from: int | None
    months_to: int | None
    kinds: tuple[str, ...] = ()

    def takes(self, months: int | None, kind: str | None = None) -> bool:
        """Whether a child of so many whole months belongs here (`None`: the stage asks for no birthday), of a parent of
        that kind."""
        if self.kinds and kind not in self.kinds:
            return False
        if months is None or (self.months_from is None and self.months_to is None):
            return True
        return (self.months_from or 0) <= months and (self.months_to is None or months < self.months_to)


@dataclass(frozen=True)
class Consent:
    """What people agree to; the version is kept with each agreement."""

    version: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One offer with its own groups. `version` counts what was applied."""

    programme_id: str
    name: str
    status: Literal["open", "closed"]
    booking_keywords: tuple[str, ...]
    answers: tuple[Answer, ...]
    follow_text: str
    stages: tuple[Stage, ...]
    segments: tuple[Segment, ...]
    hold_minutes: int
    remind_minutes: int
    capacity: int
    fill_order: FillOrder
    consent: Consent
    rules: str
    video_account: str
    texts: Mapping[str, str]
    templates: Mapping[str, Mapping[str, str]]
    questions: tuple[Question, ...] = ()
    admission: Admission = OPEN_TO_ALL
    attribution: tuple[model_attribution.Rules, ...] = ()
    version: int = 0

    def stage(self, stage_id: str) -> Stage | None:
        """The stage of that id."""
        return next((stage for stage in self.stages if stage.stage_id == stage_id), None)

    def segment(self, segment_id: str) -> Segment | None:
        """The segment of that id."""
        return next((segment for segment in self.segments if segment.segment_id == segment_id), None)


def pool_id(programme_id: str, segment_id: str) -> str:
    """One programme × segment: where people wait together and groups are filled."""
    return f"{programme_id}~{segment_id}"


def page_path(programme_id: str) -> str:
    """The path of the programme's page, below the public address."""
    return f"/p/{programme_id}"


def segment_for(
    programme: Programme, stage_id: str, day: date | None, today: date, kind: str | None = None
) -> Segment | None:
    """Where somebody of that kind belongs who chose that stage; `day` is what the stage asks for. None: no place."""
    stage = programme.stage(stage_id)
    if stage is None or (day is None and stage.asks != "nothing"):
        return None
    months = None
    if stage.asks == "birthday":
        assert day is not None
        months = months_between(day, today)
        if months < 0:
            return None
    return next((one for one in programme.segments if one.stage_id == stage_id and one.takes(months, kind)), None)


def months_between(birthday: date, today: date) -> int:
    """Whole months of age; negative before birth."""
    return (today.year - birthday.year) * 12 + today.month - birthday.month - (today.day < birthday.day)


def parse(document: dict[str, Any], version: int = 0) -> Programme:
    """The programme a document (as read from YAML or JSON) describes.

    Raises `Refused("programme.invalid", "where: what")`.
    """
    top = Part("programme", document)
    questions, admission, kinds = model_rules_reader.read(top)

    def there(part: str, name: str) -> bool:
        return name not in model_texts.OPTIONAL or top.part(part).has(name)

    programme = Programme(
        programme_id=top.id("programme_id"),
        name=top.text("name"),
        status=cast(Any, top.choice("status", ("open", "closed"), "open")),
        booking_keywords=top.words("booking_keywords"),
        answers=tuple(map(model_texts.read_answer, top.parts("answers", needed=False))),
        follow_text=top.text("follow_text"),
        stages=tuple(
            Stage(
                part.id("stage_id"),
                part.text("name"),
                cast(Asks, part.choice("asks", ("nothing", "due_date", "birthday"))),
            )
            for part in top.parts("stages")
        ),
        segments=tuple(
            Segment(
                part.id("segment_id"),
                part.text("name"),
                part.id("stage_id"),
                part.number("months_from", 0, 240, None),
                part.number("months_to", 1, 240, None),
                model_rules_reader.kinds_of(part, kinds),
            )
            for part in top.parts("segments")
        ),
        hold_minutes=cast(int, top.number("hold_minutes", 1, 7 * 24 * 60, 30)),
        remind_minutes=cast(int, top.number("remind_minutes", 0, 120, 10)),
        capacity=cast(int, top.number("capacity", 1, 500, 180)),
        fill_order=cast(FillOrder, top.choice("fill_order", ("one_by_one", "even"), "one_by_one")),
        consent=Consent(top.part("consent").text("version"), top.part("consent").text("text")),
        rules=top.text("rules"),
        video_account=top.text("video_account"),
        texts={name: top.part("texts").text(name) for name in FIELDS if there("texts", name)},
        templates={name: top.part("templates").texts(name) for name in TEMPLATES if there("templates", name)},
        questions=questions,
        admission=admission,
        attribution=model_attribution.read(top),
        version=version,
    )
    _check_segments(programme)
    check_kinds(_kinds(programme), admission)
    _check_texts(programme)
    return programme


def check_change(before: Programme, after: Programme) -> None:
    """Refuse a change that would make what people agreed to untrue, or put kinds among those they quarrel with.

    Raises:
        Refused: `programme.consent_version` when the consent's text changed under the same version;
            `programme.mixing` when a segment, and so its groups, would go over to kinds that must not mix;
            `programme.attribution_version` as `model_attribution.check_change` says.
    """
    if before.consent.version == after.consent.version and before.consent.text != after.consent.text:
        raise Refused("programme.consent_version", "consent.text changed: give consent.version a new value")
    check_change_of_kinds(_kinds(before), _kinds(after), after.admission)
    model_attribution.check_change(before.attribution, after.attribution)


def _kinds(programme: Programme) -> dict[str, tuple[str, ...]]:
    return {segment.segment_id: segment.kinds for segment in programme.segments}


def _check_segments(programme: Programme) -> None:
    for kind, ids in {
        "stages": [stage.stage_id for stage in programme.stages],
        "segments": [segment.segment_id for segment in programme.segments],
    }.items():
        if len(set(ids)) < len(ids):
            raise Refused("programme.invalid", f"{kind}: an id stands twice")
    for segment in programme.segments:
        stage = programme.stage(segment.stage_id)
        where = f"segments.{segment.segment_id}"
        if stage is None:
            raise Refused("programme.invalid", f"{where}.stage_id: no such stage")
        by_months = segment.months_from is not None or segment.months_to is not None
        if by_months and stage.asks != "birthday":
            raise Refused("programme.invalid", f"{where}: months need a stage that asks for the birthday")
        if segment.months_to is not None and segment.months_to <= (segment.months_from or 0):
            raise Refused("programme.invalid", f"{where}.months_to: must be above months_from")
    for stage in programme.stages:
        mine = [segment for segment in programme.segments if segment.stage_id == stage.stage_id]
        if not mine:
            raise Refused("programme.invalid", f"stages.{stage.stage_id}: no segment takes these people")
        mine.sort(key=lambda one: one.months_from or 0)
        for one, following in combinations(mine, 2):
            same_kinds = not one.kinds or not following.kinds or set(one.kinds) & set(following.kinds)
            if same_kinds and (one.months_to is None or one.months_to > (following.months_from or 0)):
                raise Refused("programme.invalid", f"segments.{following.segment_id}: overlaps {one.segment_id}")


def _check_texts(programme: Programme) -> None:
    known = {"name": programme.name, "rules": programme.rules, "video_account": programme.video_account}
    for name, text in programme.texts.items():
        check(f"texts.{name}", text, FIELDS[name], known)
    check("follow_text", programme.follow_text, ANSWER_FIELDS, known)
    for answer in programme.answers:
        check(f"answers.{answer.keywords[0]}", answer.text, ANSWER_FIELDS, known)
    for name, parts in programme.templates.items():
        for key, text in parts.items():
            check_template(f"templates.{name}.{key}", text, FIELDS[name], known)
    for name, notice in (("accepted", programme.admission.accepted), ("refused", programme.admission.refused)):
        if notice:
            check_decision(f"admission.{name}", notice.text, notice.template, known)
