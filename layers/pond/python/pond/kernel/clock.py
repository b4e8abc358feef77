"""Time. All times are aware UTC; days are China days. Services take `now` as an argument; only functions ask here."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")  # no summer time since 1991


def now() -> datetime:
    """The current time, aware UTC, to the millisecond (what DynamoDB attributes keep)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def china_day(moment: datetime) -> date:
    """The calendar day in China at that moment; daily caps and reports count by it."""
    return moment.astimezone(CHINA).date()


def from_epoch(seconds: int) -> datetime:
    """A partner's epoch seconds (WeChat, WeCom) as aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)
