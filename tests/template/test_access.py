"""Least privilege, proven: what the transformed template grants each function against what its code can reach.

That it is enough is shown by the journeys, where the local cloud enforces it; here, that it is not more.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from support import closures, transformed
from support import template as templates
from support.template import ROOT, Document

NAMES = sorted(path.parent.name for path in (ROOT / "functions").glob("*/app.py"))
WITHIN = {  # objects and broadcasts' schedules have no names yet when they are granted
    "${BackupBucketArn}/backup/*",
    "${MediaBucketArn}/media/*",
    "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${SchedulesIn}/*",
}
TABLE = re.compile(r":table/\$\{Prefix\}-(?P<table>[a-z_]+)(?:/index/(?P<index>[a-z_]+))?$")
SECRETS = {  # the parameter of access.yaml, and the secret as the code names it
    "KeysSecretArn": "keys",
    "OfficialAccountSecretArn": "official-account",
    "WecomSecretArn": "wecom",
    "SmsSecretArn": "sms",
    "YouzanSecretArn": "youzan",
    "ProxySecretArn": "proxy",
    "CallsSecretArn": "calls",
}
# Clouds' actions that look at one thing of ours or change it; none that lists, deletes or changes a resource itself.
ACTIONS = re.compile(
    r"dynamodb:(BatchGetItem|BatchWriteItem|ConditionCheckItem|DeleteItem|DescribeStream|GetItem|GetRecords"
    r"|GetShardIterator|ListStreams|PutItem|Query|Scan|UpdateItem)"
    r"|events:PutEvents|kms:(Decrypt|GenerateDataKey)|s3:(GetObject|ListBucket|PutObject)"
    r"|scheduler:(CreateSchedule|DeleteSchedule|GetSchedule)|iam:PassRole|secretsmanager:GetSecretValue"
    r"|sqs:(DeleteMessage|GetQueueAttributes|ReceiveMessage|SendMessage)|logs:(CreateLogStream|PutLogEvents)"
    r"|lambda:InvokeFunction"
)
# Lambda makes and removes a function's network interfaces itself: nothing there has a name beforehand.
NETWORK = {f"ec2:{one}NetworkInterface" for one in ("Create", "Delete")} | {
    f"ec2:Describe{one}" for one in ("NetworkInterfaces", "Subnets")
}

Grant = tuple[str, str]  # action, what it is on


@pytest.fixture(scope="module")
def access() -> Document:
    return templates.read("infra/access.yaml")


@pytest.fixture(scope="module")
def whole() -> Document:
    return transformed.template()


def test_sam_adds_no_role_and_no_policy(whole: Document) -> None:
    assert not {kind for kind in _types(whole) if kind.startswith("AWS::IAM::")}
    functions = templates.of_type(whole, "AWS::Lambda::Function")
    assert len(functions) == len(NAMES)
    for logical, function in functions.items():
        assert function["Properties"]["Role"] == {"Fn::GetAtt": [f"{logical}Unit", "Outputs.RoleArn"]}


def test_every_grant_is_a_named_action_on_a_named_thing() -> None:
    for path in sorted((ROOT / "infra").glob("*.yaml")):
        for logical, action, thing in _grants(templates.read(str(path.relative_to(ROOT)))):
            if action in NETWORK:
                assert (path.name, logical) == ("unit.yaml", "Network")
                continue
            assert ACTIONS.fullmatch(action), f"{path.name} {logical}: {action}"
            assert "*" not in thing or thing in WITHIN, f"{path.name} {logical}: {thing}"


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_touch_only_what_its_code_can_reach(name: str, access: Document, whole: Document) -> None:
    assert _beyond(name, access, whole) == []


@pytest.mark.parametrize(
    ("name", "action", "thing", "told"),
    [
        ("greeting", "dynamodb:GetItem", {"Fn::Sub": "arn:aws:dynamodb:r:a:table/${Prefix}-bookings"}, "bookings"),
        ("greeting", "dynamodb:Query", {"Fn::Sub": "arn:x:table/${Prefix}-seats/index/astray"}, "astray"),
        ("wecom", "secretsmanager:GetSecretValue", {"Ref": "SmsSecretArn"}, "SmsSecretArn"),
        ("admission", "sqs:SendMessage", {"Ref": "AllocationQueueArn"}, "AllocationQueueArn"),
        ("relay", "kms:Decrypt", {"Ref": "KeyArn"}, "KeyArn"),
        ("greeting", "s3:GetObject", {"Ref": "BackupBucketArn"}, "BackupBucketArn"),
    ],
)
def test_a_grant_too_many_is_found(
    name: str, action: str, thing: Any, told: str, access: Document, whole: Document
) -> None:
    generous = copy.deepcopy(access)
    statement = {"Effect": "Allow", "Action": action, "Resource": thing}
    more = {
        "Roles": [{"Fn::Sub": f"${{Prefix}}-{name}"}],
        "PolicyName": "more",
        "PolicyDocument": {"Statement": [statement]},
    }
    generous["Resources"]["More"] = {"Type": "AWS::IAM::Policy", "Properties": more}
    (found,) = _beyond(name, generous, whole)
    assert told in found


def test_the_code_of_a_function_in_the_network_may_not_do_what_lambda_does_for_it() -> None:
    network = templates.read("infra/unit.yaml")["Resources"]["Network"]
    assert network["Condition"] == "Natted"
    _, denied = network["Properties"]["PolicyDocument"]["Statement"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", "ec2:*")
    assert denied["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]["Fn::Sub"].endswith("${Prefix}-${Name}")


def test_a_canary_brings_only_codedeploys_own_role() -> None:
    whole = transformed.template(Canary="true")
    roles = templates.of_type(whole, "AWS::IAM::Role")
    assert roles.keys() == {"CodeDeployServiceRole"}
    groups = templates.of_type(whole, "AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(NAMES)
    for group in groups.values():
        assert group["Properties"]["AlarmConfiguration"]["Enabled"] is True
        assert group["Properties"]["AlarmConfiguration"]["Alarms"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


@pytest.mark.parametrize("name", NAMES)
def test_who_calls_partners_with_address_lists_leaves_by_a_fixed_address(name: str, access: Document) -> None:
    """Their tokens are in the table `tokens`: who may read it calls the official account or WeCom, nobody else does."""
    (function,) = [one for one in templates.functions(templates.read()).values() if templates.name_of(one) == name]
    granted = list(_grants(_only(templates.policies(access)[name])))
    listed = any(thing.endswith("-tokens") for _, _, thing in granted) and any(
        thing in ("OfficialAccountSecretArn", "WecomSecretArn") for _, _, thing in granted
    )
    unit = templates.read()["Resources"][function["Role"]["Fn::GetAtt"][0]]["Properties"]["Parameters"]
    variables = function.get("Environment", {}).get("Variables", {})
    assert ("VpcConfig" in function) == ("Egress" in unit) == ("POND_EGRESS" in variables) == listed
    assert any(thing == "ProxySecretArn" for _, _, thing in granted) == listed


def test_secrets_are_in_no_environment(whole: Document) -> None:
    for logical, function in templates.of_type(whole, "AWS::Lambda::Function").items():
        for variable, value in function["Properties"]["Environment"]["Variables"].items():
            assert not re.search(r"SECRET|PASSWORD|TOKEN|CREDENTIAL|_KEY$", variable), f"{logical}: {variable}"
            assert "secretsmanager" not in str(value) and "Secret" not in str(value), f"{logical}: {variable}"


def _beyond(name: str, access: Document, whole: Document) -> list[str]:
    """What a function is granted though its code, its triggers and its variables do not lead there."""
    modules = closures.of_function(name)
    tables = closures.named(modules, r'table_name = "([a-z_]+)"')
    indexes = closures.named(modules, r'= index\(\s*"([a-z_]+)"')
    secrets = closures.named(modules, r'\bsecret\("([a-z-]+)"\)')
    if closures.named(modules, r"\bsecret\((PARTNER)\)"):
        secrets |= closures.named(modules, r'^PARTNER = "([a-z-]+)"')
    seals = "pond.kernel.sealing" in modules or bool(secrets)
    takes, sends = _queues(name, whole)
    found = []
    document = templates.policies(access)[name]
    for _, action, thing in _grants(_only(document)):
        service = action.partition(":")[0]
        within: bool
        if service == "dynamodb" and (row := TABLE.search(thing)):
            within = row["table"] in tables and (row["index"] is None or row["index"] in indexes)
        elif service == "dynamodb":
            within = thing == "StreamArns" and name == "relay"
        elif service == "secretsmanager":
            within = SECRETS[thing] in secrets
        elif service == "kms":
            within = seals
        elif service == "sqs":
            within = thing.removesuffix("Arn") in (sends if action == "sqs:SendMessage" else takes)
        elif service == "s3":
            within = bool(closures.named(modules, r"settings\(\)\.((?:backup|media)_bucket)"))
        elif service == "events":
            within = name == "relay"
        else:
            within = service in ("scheduler", "iam") and bool(closures.named(modules, r'client\("(scheduler)"\)'))
        if not within:
            found.append(f"{name}: {action} on {thing}")
    return found


def _queues(name: str, whole: Document) -> tuple[set[str], set[str]]:
    """The queues that feed a function, and those whose address it is given, as `AllocationQueue`."""
    (logical,) = [
        one
        for one, function in templates.of_type(whole, "AWS::Lambda::Function").items()
        if function["Properties"]["FunctionName"] == {"Fn::Sub": f"${{Prefix}}-{name}"}
    ]
    mappings = templates.of_type(whole, "AWS::Lambda::EventSourceMapping").items()
    takes = {
        source["Fn::GetAtt"][1].removeprefix("Outputs.").removesuffix("Arn")
        for mapping, found in mappings
        if mapping.startswith(logical) and "Queue" in str(source := found["Properties"]["EventSourceArn"])
    }
    variables = whole["Resources"][logical]["Properties"]["Environment"]["Variables"].values()
    outputs = {value["Fn::GetAtt"][1] for value in variables if isinstance(value, dict) and "Fn::GetAtt" in value}
    return takes, {one.removeprefix("Outputs.").removesuffix("Url") for one in outputs if one.endswith("QueueUrl")}


def _grants(document: Document) -> Iterator[tuple[str, str, str]]:
    """(resource, action, what it is on) of everything allowed; trust and resource policies are not among them."""
    for logical, found in document["Resources"].items():
        if found["Type"].endswith("Policy") and not found["Type"].startswith("AWS::IAM::"):
            continue  # of a queue or bucket: says who may come, not what ours may do
        given = found.get("Properties", {})
        documents = [given.get("PolicyDocument", {}), *(one["PolicyDocument"] for one in _policies(given))]
        for statement in (one for document in documents for one in document.get("Statement", [])):
            if statement["Effect"] == "Deny":
                continue
            for action in _listed(statement["Action"]):
                for thing in _listed(statement["Resource"]):
                    yield logical, action, _plain(thing)


def _only(document: Document) -> Document:
    """A template with this policy and nothing else."""
    return {"Resources": {"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": document}}}}


def _policies(given: Document) -> list[Any]:
    return [one for one in given.get("Policies", []) if isinstance(one, dict)]


def _plain(thing: Any) -> str:
    """A resource's name as text, whatever function of CloudFormation makes it."""
    if isinstance(thing, dict):
        [value] = thing.values()
        return ".".join(value) if isinstance(value, list) else str(value)
    return str(thing)


def _types(document: Document) -> set[str]:
    return {found["Type"] for found in document["Resources"].values()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
