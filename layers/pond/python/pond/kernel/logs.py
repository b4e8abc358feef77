"""The one logger and the one set of metrics. Fields are codes, counts and pseudonyms: never a name, phone,
openid or text."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="pond")
metrics = Metrics(namespace="Pond", service="pond")


def count(name: str, value: int = 1) -> None:
    """Add to a business metric; written with the invocation's log by `metrics.log_metrics` on the handler."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
