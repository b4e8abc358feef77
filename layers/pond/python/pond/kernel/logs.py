"""The one logger and the one set of metrics. Fields are codes, counts and pseudonyms: never a name, phone,
openid or text."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()  # both named by POWERTOOLS_SERVICE_NAME, the deployment's prefix
metrics = Metrics(namespace="Pond")


def measure(name: str, seconds: float) -> None:
    """Note a time; written as `count`'s are."""
    metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)


def count(name: str, value: int = 1) -> None:
    """Add to a business metric; written with the invocation's log by `metrics.log_metrics` on the handler."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
