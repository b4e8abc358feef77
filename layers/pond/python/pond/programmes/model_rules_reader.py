"""Reads a programme's questions and admission rules from its document; refuses what names something not there."""

from collections.abc import Iterable
from typing import cast

from pond.kernel.errors import Refused
from pond.programmes.model_reader import Part
from pond.programmes.model_rules import (
    OPEN_TO_ALL,
    OTHERWISE,
    Admission,
    Beyond,
    Choice,
    Notice,
    Outcome,
    Question,
    Quota,
    Rule,
)

QUESTIONS_MAX = 10  # more than people answer
REASON_MAX = 100  # characters, so that it fits into a message
OUTCOMES = ("accept", "refuse", "review")


def read(top: Part) -> tuple[tuple[Question, ...], Admission, frozenset[str]]:
    """What the form asks beside its own, the rules, and the kinds of people these know."""
    questions = _questions(top)
    values = {question.question_id: question.values for question in questions}
    admission = _admission(top.part("admission"), values, _stages(top)) if top.has("admission") else OPEN_TO_ALL
    return questions, admission, values.get(admission.kind_from or "", frozenset())


def kinds_of(part: Part, kinds: frozenset[str], name: str = "kinds") -> tuple[str, ...]:
    """A list of kinds; empty when the document names none, which means all."""
    found = part.words(name, needed=False)
    _among(part, name, found, kinds, "kind")
    return found


def _questions(top: Part) -> tuple[Question, ...]:
    found = tuple(
        Question(
            part.id("question_id"),
            part.text("text"),
            tuple(Choice(choice.id("value"), choice.text("text")) for choice in part.parts("choices")),
        )
        for part in top.parts("questions", needed=False)
    )
    _unique("questions", [question.question_id for question in found])
    for question in found:
        _unique(f"questions.{question.question_id}.choices", [choice.value for choice in question.choices])
    if len(found) > QUESTIONS_MAX:
        raise Refused("programme.invalid", f"questions: at most {QUESTIONS_MAX}")
    return found


def _stages(top: Part) -> frozenset[str]:
    return frozenset(part.id("stage_id") for part in top.parts("stages"))


def _admission(part: Part, values: dict[str, frozenset[str]], stages: frozenset[str]) -> Admission:
    kind_from = part.id("kind_from") if part.has("kind_from") else None
    if kind_from is not None and kind_from not in values:
        raise part.refusal("kind_from", "no such question")
    kinds = values.get(kind_from or "", frozenset())
    rules = tuple(_rule(one, one.id("rule_id"), values, stages) for one in part.parts("rules", needed=False))
    _unique("admission.rules", [rule.rule_id for rule in rules] + [OTHERWISE])
    quotas = tuple(_quota(one, kinds) for one in part.parts("quotas", needed=False))
    _unique("admission.quotas", [quota.quota_id for quota in quotas])
    by_default = _rule(part.part("otherwise"), OTHERWISE, {}, stages) if part.has("otherwise") else None
    return Admission(
        kind_from=kind_from,
        rules=rules,
        otherwise=by_default or OPEN_TO_ALL.otherwise,
        quotas=quotas,
        never_mix=tuple(_pair(one, kinds) for one in part.parts("never_mix", needed=False)),
        accepted=_notice(part, "accepted"),
        refused=_notice(part, "refused"),
    )


def _rule(part: Part, rule_id: str, values: dict[str, frozenset[str]], stages: frozenset[str]) -> Rule:
    outcome = cast(Outcome, part.choice("outcome", OUTCOMES))
    reason = part.text("reason") if outcome != "accept" or part.has("reason") else ""
    if len(reason) > REASON_MAX:
        raise part.refusal("reason", f"at most {REASON_MAX} characters")
    if not part.has("when"):
        return Rule(rule_id=rule_id, outcome=outcome, reason=reason)
    if rule_id == OTHERWISE:
        raise part.refusal("when", "is for rules; this is for everybody else")
    when = part.part("when")
    answers: dict[str, frozenset[str]] = {}
    if when.has("answers"):
        asked = when.part("answers")
        for question_id in asked.names():
            if question_id not in values:
                raise asked.refusal(question_id, "no such question")
            given = asked.words(question_id)
            _among(asked, question_id, given, values[question_id], "answer")
            answers[question_id] = frozenset(given)
    chosen = when.words("stages", needed=False)
    _among(when, "stages", chosen, stages, "stage")
    return Rule(
        rule_id=rule_id,
        outcome=outcome,
        reason=reason,
        answers=answers,
        cities=when.words("cities", needed=False),
        stages=frozenset(chosen),
    )


def _quota(part: Part, kinds: frozenset[str]) -> Quota:
    return Quota(
        quota_id=part.id("quota_id"),
        at_most=cast(int, part.number("at_most", 0, 10_000_000, -1)),
        beyond=cast(Beyond, part.choice("beyond", ("review", "waitlist"), "review")),
        kinds=frozenset(kinds_of(part, kinds)),
        cities=part.words("cities", needed=False),
    )


def _pair(part: Part, kinds: frozenset[str]) -> frozenset[str]:
    found = kinds_of(part, kinds)
    if len(set(found)) != 2:
        raise part.refusal("kinds", "must name two kinds")
    return frozenset(found)


def _notice(part: Part, name: str) -> Notice | None:
    if not part.has(name):
        return None
    notice = part.part(name)
    return Notice(notice.text("text"), notice.texts("template"))


def _among(part: Part, name: str, found: Iterable[str], known: frozenset[str], what: str) -> None:
    for one in found:
        if one not in known:
            raise part.refusal(name, f"no such {what}: {one}")


def _unique(where: str, ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        raise Refused("programme.invalid", f"{where}: an id stands twice")
