"""Who may take part in a programme: by answers, region and stage, by quota, and in groups of their own kind.

Rules are asked in order and the first that fits decides. A verdict depends on nothing but the programme and what the
person said, so that the same form always meets the same verdict; only a quota, which is counted elsewhere, can turn an
acceptance into a review or a place to wait.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from pond.kernel.errors import Refused

Outcome = Literal["accept", "refuse", "review"]
Beyond = Literal["review", "waitlist"]

OTHERWISE = "otherwise"  # the id of the rule that fits everybody no other rule fits


@dataclass(frozen=True)
class Choice:
    """One answer that can be given: `value` is kept, `text` is read."""

    value: str
    text: str


@dataclass(frozen=True)
class Question:
    """Something more that the form asks; exactly one of the choices is the answer."""

    question_id: str
    text: str
    choices: tuple[Choice, ...]

    @property
    def values(self) -> frozenset[str]:
        """The answers that can be given."""
        return frozenset(choice.value for choice in self.choices)


@dataclass(frozen=True)
class Applicant:
    """What a person said, as far as rules ask for it."""

    answers: Mapping[str, str]
    city: str
    stage_id: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What becomes of whom: every condition given must hold; of a condition's values one is enough.

    `reason` is what the person reads when the outcome is no acceptance.
    """

    rule_id: str
    outcome: Outcome
    reason: str = ""
    answers: Mapping[str, frozenset[str]] | None = None
    cities: tuple[str, ...] = ()
    stages: frozenset[str] = frozenset()

    def fits(self, who: Applicant) -> bool:
        """Whether this rule speaks of the person."""
        if any(who.answers.get(question) not in values for question, values in (self.answers or {}).items()):
            return False
        if self.stages and who.stage_id not in self.stages:
            return False
        return not self.cities or in_region(who.city, self.cities)


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many are accepted in all, of some kinds and regions or of everybody, and what becomes of the others."""

    quota_id: str
    at_most: int
    beyond: Beyond
    kinds: frozenset[str] = frozenset()
    cities: tuple[str, ...] = ()

    def counts(self, kind: str | None, city: str) -> bool:
        """Whether somebody of that kind, there, is counted here."""
        return (not self.kinds or kind in self.kinds) and (not self.cities or in_region(city, self.cities))


@dataclass(frozen=True)
class Notice:
    """What is said through the account about a decision: as a message, or as a template message's fields."""

    text: str
    template: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A programme's rules. Without any, everybody is accepted."""

    kind_from: str | None = None  # the question whose answer is the person's kind
    rules: tuple[Rule, ...] = ()
    otherwise: Rule = Rule(rule_id=OTHERWISE, outcome="accept")
    quotas: tuple[Quota, ...] = ()
    never_mix: tuple[frozenset[str], ...] = ()  # pairs of kinds that share no group
    accepted: Notice | None = None  # said when an operator accepts somebody, if anything is said
    refused: Notice | None = None

    def kind(self, answers: Mapping[str, str]) -> str | None:
        """The kind of somebody who answered so."""
        return answers.get(self.kind_from) if self.kind_from else None

    def reason(self, rule_id: str | None) -> str:
        """What the person reads of the rule that decided; empty when it says nothing, or is no longer there."""
        return next((rule.reason for rule in (*self.rules, self.otherwise) if rule.rule_id == rule_id), "")


OPEN_TO_ALL = Admission()


@dataclass(frozen=True)
class Verdict:
    """What the rules say of somebody: by which rule, and for an acceptance the quotas it counts in."""

    outcome: Outcome
    rule_id: str
    quotas: tuple[Quota, ...] = ()


def judge(admission: Admission, who: Applicant) -> Verdict:
    """The verdict of the first rule that fits."""
    rule = next((rule for rule in admission.rules if rule.fits(who)), admission.otherwise)
    return Verdict(rule.outcome, rule.rule_id, quotas_of(admission, who))


def quotas_of(admission: Admission, who: Applicant) -> tuple[Quota, ...]:
    """The quotas in which the person counts once accepted."""
    kind = admission.kind(who.answers)
    return tuple(quota for quota in admission.quotas if quota.counts(kind, who.city))


def in_region(city: str, regions: Iterable[str]) -> bool:
    """Whether a city, as typed, lies in one of the regions: "浙江杭州" and "杭州市" are both in "杭州"."""
    typed = _plain(city)
    return any(_plain(region) in typed for region in regions)


def quarrels(kinds: Iterable[str], never_mix: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The pairs of kinds among these that must not share a group."""
    present = frozenset(kinds)
    return [pair for pair in never_mix if pair <= present]


def check_kinds(takes: Mapping[str, tuple[str, ...]], admission: Admission) -> None:
    """Refuse segments (id → the kinds it takes; none: all) that would put kinds together which must not mix.

    Raises:
        Refused: `programme.invalid`.
    """
    for segment_id, kinds in takes.items():
        mixed = admission.never_mix if not kinds else quarrels(kinds, admission.never_mix)
        for pair in mixed:
            one, other = sorted(pair)
            raise Refused("programme.invalid", f"segments.{segment_id}.kinds: {one} and {other} must not mix")


def check_change_of_kinds(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]], admission: Admission
) -> None:
    """Refuse that a segment, whose groups have people in them, goes over to kinds that must not mix with those.

    Raises:
        Refused: `programme.mixing`.
    """
    for segment_id, kinds in after.items():
        was = before.get(segment_id, kinds)
        if set(was) == set(kinds):
            continue
        try:
            check_kinds({segment_id: (*was, *kinds) if was and kinds else ()}, admission)
        except Refused as refusal:
            raise Refused("programme.mixing", f"{refusal.message}; give the segment a new id") from refusal


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
