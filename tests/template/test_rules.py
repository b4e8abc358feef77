"""What must hold in the template, whoever adds a function or a queue."""

import copy
from typing import Any

import pytest

from pondctl.links import FROM_OUTPUTS
from support import template as templates
from support.template import ROOT, Document

WITHIN = (  # what is named by what is in it, or by a broadcast, cannot be listed beforehand
    "${BackupBucketArn}/backup/*",
    "${MediaBucketArn}/media/*",
    "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${SchedulesIn}/*",
)
NESTED = ("access", "messaging", "observability", "tables", "unit")
FEEDS = {  # the queues of each worker
    "Admission": ("Admission", "Notices"),
    "Allocation": ("Allocation",),
    "Membership": ("Membership", "Rosters"),
    "Greeting": ("Greetings", "Welcomes"),
    "BroadcastCourier": ("Broadcasts",),
    "BroadcastResults": ("Results",),
    "OrderWorker": ("Orders", "Effects"),
}


@pytest.fixture(scope="module")
def template() -> Document:
    return templates.read()


@pytest.fixture(scope="module")
def access() -> Document:
    return templates.read("infra/access.yaml")


@pytest.fixture(scope="module")
def messaging() -> Document:
    return templates.read("infra/messaging.yaml")


def test_every_folder_is_a_function_and_none_lacks_anything(template: Document, access: Document) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert {templates.name_of(function) for function in templates.functions(template).values()} == folders
    assert set(templates.policies(access)) == folders
    assert templates.breaches(template, access) == []


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        ("Role", "role"),
        ("LoggingConfig", "log group"),
        ("DeadLetterQueue", "dead letters"),
        ("AutoPublishCodeSha256", "release id"),
        ("Timeout", "timeout"),
    ],
)
def test_a_function_that_lacks_something_is_found(
    template: Document, access: Document, removed: str, told: str
) -> None:
    broken = copy.deepcopy(template)
    del broken["Resources"]["Greeting"]["Properties"][removed]
    assert templates.breaches(broken, access) == [f"Greeting: {told}"]


def test_a_function_without_unit_or_policy_is_found(template: Document, access: Document) -> None:
    broken, poor = copy.deepcopy(template), copy.deepcopy(access)
    del broken["Resources"]["GreetingUnit"]
    del poor["Resources"]["Greeting"]
    assert templates.breaches(broken, poor) == ["Greeting: unit", "Greeting: policy"]


def test_globals_give_alias_runtime_and_release(template: Document) -> None:
    given = template["Globals"]["Function"]
    assert given["AutoPublishAlias"] == "live"
    assert given["Runtime"] == "python3.13"
    assert given["Environment"]["Variables"]["POND_RELEASE"] == {"Ref": "Release"}
    assert template["Parameters"]["Architecture"]["Default"] == "arm64"


def test_snapstart_is_where_somebody_waits(template: Document) -> None:
    snapped = {name for name, function in templates.functions(template).items() if "SnapStart" in function}
    assert snapped == {"OfficialAccount", "Wecom", "Youzan", "Intake", "Registration"}


def test_a_unit_has_role_retained_logs_dead_letters_and_both_alarms() -> None:
    unit = templates.read("infra/unit.yaml")
    assert templates.of_type(unit, "AWS::IAM::Role").keys() == {"Role"}
    assert templates.of_type(unit, "AWS::SQS::Queue").keys() == {"DeadLetters"}
    (logs,) = templates.of_type(unit, "AWS::Logs::LogGroup").values()
    assert logs["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    alarms = [found["Properties"] for found in templates.of_type(unit, "AWS::CloudWatch::Alarm").values()]
    assert {alarm["MetricName"] for alarm in alarms} == {"Errors", "ApproximateNumberOfMessagesVisible"}


@pytest.mark.parametrize("name", NESTED)
def test_nobody_is_granted_everything(name: str) -> None:
    for logical, found in templates.read(f"infra/{name}.yaml")["Resources"].items():
        for statement in _statements(found.get("Properties", {})):
            if (name, logical) == ("unit", "Network"):
                continue  # what Lambda itself does in a network; held in test_access.py
            for granted in _listed(statement["Action"]) + _listed(statement.get("Resource", [])):
                assert "*" not in str(granted) or granted in [{"Fn::Sub": one} for one in WITHIN], (
                    f"{logical}: {granted}"
                )


def test_the_key_is_given_away_only_through_tables_and_secrets(template: Document) -> None:
    (key,) = templates.of_type(template, "AWS::KMS::Key").values()
    assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
    assert key["Properties"]["EnableKeyRotation"] is True
    _owner, others = key["Properties"]["KeyPolicy"]["Statement"]
    assert others["Condition"]["StringEquals"].keys() == {"kms:CallerAccount", "kms:ViaService"}


def test_what_is_kept_outlives_the_stack(template: Document) -> None:
    kept = [*templates.of_type(template, "AWS::SecretsManager::Secret").values()]
    kept += templates.of_type(templates.read("infra/tables.yaml"), "AWS::DynamoDB::Table").values()
    assert len(kept) > 10
    for found in kept:
        assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == "Retain"


def test_tables_can_be_restored_and_are_encrypted_with_our_key() -> None:
    for name, table in templates.of_type(templates.read("infra/tables.yaml"), "AWS::DynamoDB::Table").items():
        given = table["Properties"]
        assert given["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert given["SSESpecification"]["KMSMasterKeyId"] == {"Ref": "KeyArn"}, name
        assert given["BillingMode"] == "PAY_PER_REQUEST", name


def test_every_stream_is_relayed_with_bounds(template: Document, access: Document) -> None:
    tables = templates.of_type(templates.read("infra/tables.yaml"), "AWS::DynamoDB::Table")
    streaming = {name for name, table in tables.items() if "StreamSpecification" in table["Properties"]}
    relayed = templates.functions(template)["Relay"]["Events"]
    assert set(relayed) == streaming
    for event in relayed.values():
        given = event["Properties"]
        assert given["BisectBatchOnFunctionError"] is True
        assert given["MaximumRetryAttempts"] > 0
        assert given["MaximumRecordAgeInSeconds"] > 0
        assert given["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    arns = template["Resources"]["Access"]["Properties"]["Parameters"]["StreamArns"]["Fn::Join"][1]
    assert {arn["Fn::GetAtt"][1] for arn in arns} == {f"Outputs.{name}StreamArn" for name in streaming}


@pytest.mark.parametrize(("worker", "queue"), [(worker, queue) for worker, all_ in FEEDS.items() for queue in all_])
def test_a_queue_waits_long_enough_and_gives_up_into_its_workers_dead_letters(
    template: Document, messaging: Document, worker: str, queue: str
) -> None:
    given = messaging["Resources"][f"{queue}Queue"]["Properties"]
    function = templates.functions(template)[worker]
    assert given["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert given["RedrivePolicy"]["deadLetterTargetArn"] == {"Ref": f"{worker}DeadLetterArn"}
    assert given["RedrivePolicy"]["maxReceiveCount"] >= 5
    taken = [event["Properties"] for event in function["Events"].values()]
    source = {"Fn::GetAtt": ["Messaging", f"Outputs.{queue}QueueArn"]}
    (mapping,) = [mapping for mapping in taken if mapping["Queue"] == source]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_queue_has_one_worker(messaging: Document) -> None:
    queues = {name.removesuffix("Queue") for name in templates.of_type(messaging, "AWS::SQS::Queue")}
    assert queues == {queue for fed in FEEDS.values() for queue in fed}


def test_every_rule_hands_on_what_it_cannot_deliver(messaging: Document) -> None:
    for name, rule in templates.of_type(messaging, "AWS::Events::Rule").items():
        for target in rule["Properties"]["Targets"]:
            assert "DeadLetterConfig" in target, name


def test_access_logs_name_nobody(template: Document) -> None:
    wanted = template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    for telling in ("identity", "path ", "$context.path", "querystring", "authorizer"):
        assert telling not in wanted


def _statements(properties: Any) -> list[dict[str, Any]]:
    """The statements of what a resource grants; trust policies are not among them."""
    documents = [properties.get("PolicyDocument", {})]
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    return [statement for document in documents for statement in document.get("Statement", [])]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", ["Backups", "Media"])
def test_buckets_are_private_and_encrypted_with_our_key(template: Document, name: str) -> None:
    bucket = templates.of_type(template, "AWS::S3::Bucket")[name]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    given = bucket["Properties"]
    (rule,) = given["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == {"Fn::GetAtt": ["Key", "Arn"]}
    assert set(given["PublicAccessBlockConfiguration"].values()) == {True}
    assert given["VersioningConfiguration"] == {"Status": "Enabled"}
    policy = templates.of_type(template, "AWS::S3::BucketPolicy")[f"{name}Policy"]
    assert policy["Properties"]["Bucket"] == {"Ref": name}
    assert policy["Condition"] == "OverTls" and template["Parameters"]["PlainHttp"]["Default"] == "false"
    (only,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (only["Effect"], only["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_backups_are_kept_for_a_set_time(template: Document) -> None:
    given = templates.of_type(template, "AWS::S3::Bucket")["Backups"]["Properties"]
    (kept,) = given["LifecycleConfiguration"]["Rules"]
    assert (kept["Prefix"], kept["ExpirationInDays"]) == ("backup/", {"Ref": "BackupRetentionDays"})


def test_every_output_reaches_the_commands(template: Document) -> None:
    """An output nobody reads is a queue that commands want to reach and cannot."""
    about_the_stack = {"ApiId", "ApiUrl", "BusName"}
    assert set(template["Outputs"]) - about_the_stack == set(FROM_OUTPUTS)
