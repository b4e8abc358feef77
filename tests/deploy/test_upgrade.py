"""A version over another, with data in place: what is kept is the same, what runs is new; a deploy that fails changes
nothing; what is deleted leaves what is kept."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import stacks
from local import stack as stacking
from local.problems import Problem
from support.cloud import ROOT
from support.journeys import eventually
from support.places_deployed import Place
from support.template import of_type, read

NEW, BROKEN = "ffffffff0001", "ffffffff0002"
ADDED = f"{stacking.NAME}/added"  # a secret that version N + 1 brings


@pytest.fixture(scope="module")
def filled(place: Place) -> dict[str, Any]:
    """Data in version N, and everything about it that must be the same afterwards."""
    _ctl(place, "apply", str(ROOT / "infra/demo/programme.yaml"))
    _ctl(place, "channels", "create", "old", "--name", "短视频", "--programme", _programme())
    place.cloud.client("dynamodb").put_item(
        TableName=f"{stacking.NAME}-callbacks",
        Item={"callback_id": {"S": "wecom-1"}, "source": {"S": "official_account"}, "body": {"B": b"\x01sealed"}},
    )
    return _kept(place)


def test_nothing_kept_is_touched_and_everything_that_runs_is_new(place: Place, filled: dict[str, Any]) -> None:
    before = _running(place)
    assert {release for _, release in before.values()} == {(stacking.BUILT / "release").read_text()}
    new = place.copy("new")
    (new / "release").write_text(NEW)
    (new / "PondLayer/python/pond/kernel/added.py").write_text("WHAT = 'is new in this version'\n")
    _change(new / "template.yaml", _with_another_secret)
    place.deploy(new)
    assert _changed(_kept(place), filled) == []
    after = _running(place)
    assert after.keys() == before.keys()
    for name, (version, release) in after.items():
        assert version > before[name][0], f"{name}: the alias points to the version before"
        assert release == NEW, name
    secret = place.cloud.client("secretsmanager").get_secret_value(SecretId=ADDED)
    assert secret["SecretString"] == "{}"
    assert "old" in _ctl(place, "channels", "list")
    assert _invoke(place, "caretaker").keys() >= {"holds", "openings"}


def test_a_deploy_that_fails_half_way_leaves_what_ran(place: Place, filled: dict[str, Any]) -> None:
    before = _running(place)
    broken = place.copy("broken")
    (broken / "release").write_text(BROKEN)
    _change(broken / "template.yaml", _with_what_cannot_be_made)
    with pytest.raises(Problem):
        place.deploy(broken)
    described = place.cloud.client("cloudformation").describe_stacks(StackName=stacking.NAME)["Stacks"][0]
    assert described["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {name: release for name, (_, release) in _running(place).items()} == {
        name: release for name, (_, release) in before.items()
    }
    assert _changed(_kept(place), filled) == []
    assert _invoke(place, "caretaker").keys() >= {"holds", "openings"}


def test_tables_change_with_their_rows_in_them_and_are_never_replaced(place: Place) -> None:
    """Alone, as a stack of their own: the local cloud forgets the outputs of nested stacks that it updates."""
    tables, document = place.cloud.client("dynamodb"), read("infra/tables.yaml")
    formation = place.cloud.client("cloudformation")
    _form(formation, document)
    row = {"channel_id": {"S": "a"}, "source": {"S": "douyin"}}
    tables.put_item(TableName="alone-channels", Item=row)
    before = {name: tables.describe_table(TableName=name)["Table"]["TableId"] for name in _names(tables, "alone-")}

    _with_another_table_and_index(document["Resources"])
    assert _form(formation, document) == "UPDATE_COMPLETE"
    after = {name: tables.describe_table(TableName=name)["Table"]["TableId"] for name in _names(tables, "alone-")}
    assert set(after) - set(before) == {"alone-extras"}
    assert after | before == after
    found = tables.query(
        TableName="alone-channels",
        IndexName="by_source",
        KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "source"},
        ExpressionAttributeValues={":s": {"S": "douyin"}},
    )
    assert found["Items"] == [row]

    channels = document["Resources"]["Channels"]["Properties"]
    channels["KeySchema"] = [{"AttributeName": "source", "KeyType": "HASH"}]
    channels["AttributeDefinitions"] = [{"AttributeName": "source", "AttributeType": "S"}]
    assert _form(formation, document) == "UPDATE_ROLLBACK_COMPLETE", "another key would be another, empty table"
    assert tables.scan(TableName="alone-channels")["Items"] == [row]


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"PublicUrl": "http://h5.example.com"}, "https address"),
        ({"PublicUrl": "https://h5.example.com/"}, "https address"),
        ({"Prefix": "pond-other"}, "PlainHttp is for the local cloud only"),
        ({"AlarmTopicArn": "my-topic"}, "AlarmTopicArn"),
        ({"SmsVendor": "carrier-pigeon"}, "SmsVendor"),
        ({"MediaOrigins": "https://a.example; script-src *"}, "MediaOrigins"),
        ({"Egress": "tunnel"}, "Egress"),
        ({"AllocationWindowSeconds": "60"}, "AllocationWindowSeconds"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_is_made(
    place: Place, parameters: dict[str, str], told: str
) -> None:
    with pytest.raises(Problem, match=told):
        place.deploy(stacking.BUILT, **parameters)


def test_what_is_kept_is_guarded_and_outlives_the_stack(
    place: Place, filled: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    formation = place.cloud.client("cloudformation")
    guarded = stacks.guard(formation, stacking.NAME)
    assert len(guarded) > 10
    for name in guarded:
        policy = json.loads(formation.get_stack_policy(StackName=name)["StackPolicyBody"])
        assert [one["Effect"] for one in policy["Statement"]] == ["Allow", "Deny", "Deny"]

    assert stacks.tear_down(formation, stacking.NAME, "pond-prod") == 1
    assert "Nothing was deleted" in capsys.readouterr().out
    assert _running(place)

    assert stacks.tear_down(formation, stacking.NAME, stacking.NAME) == 0
    told = capsys.readouterr().out
    assert place.cloud.client("lambda").list_functions()["Functions"] == []
    assert _changed(_kept(place), filled) == []
    for name in filled["tables"]:
        assert f"delete-table --table-name {name}" in told
    assert filled["key"].rpartition("/")[2] in told


def test_the_templates_keep_what_is_said_to_stay() -> None:
    retained: set[str] = set()
    for path in [ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")]:
        for found in read(str(path.relative_to(ROOT)))["Resources"].values():
            if found.get("DeletionPolicy") == "Retain":
                assert found["UpdateReplacePolicy"] == "Retain"
                retained.add(found["Type"])
    assert retained - {"AWS::Serverless::Application"} == set(stacks.KEPT)
    guarded = json.loads(stacks.POLICY.read_text())["Statement"][1]["Condition"]["StringEquals"]["ResourceType"]
    assert set(guarded) == set(stacks.KEPT) - {"AWS::SQS::Queue"}


def _kept(place: Place) -> dict[str, Any]:
    """Every row, when each table was made, secrets, the key, the address partners know."""
    dynamodb = place.cloud.client("dynamodb")
    names = [
        f"{stacking.NAME}-{table['Properties']['TableName']['Fn::Sub'].removeprefix('${Prefix}-')}"
        for table in of_type(read("infra/tables.yaml"), "AWS::DynamoDB::Table").values()
    ]
    made = {name: dynamodb.describe_table(TableName=name)["Table"]["CreationDateTime"] for name in names}
    lasting = [name for name in names if name != f"{stacking.NAME}-tokens"]  # leases there come and go each minute
    rows = {name: sorted(_text(item) for item in dynamodb.scan(TableName=name)["Items"]) for name in lasting}
    store = place.cloud.client("secretsmanager")
    secrets = {
        one["Name"]: store.get_secret_value(SecretId=one["Name"])["SecretString"]
        for one in store.list_secrets()["SecretList"]
        if one["Name"] != ADDED
    }
    return {"tables": made, "rows": rows, "secrets": secrets, "key": place.stack.outputs["KeyArn"]}


def _changed(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """What is not as it was."""
    rows = [name for name in before["rows"] if now["rows"][name] != before["rows"][name]]
    return rows + [kind for kind in before if kind != "rows" and now[kind] != before[kind]]


def _text(item: dict[str, Any]) -> str:
    return json.dumps(item, sort_keys=True, default=repr)


def _running(place: Place) -> dict[str, tuple[int, str]]:
    """The version behind each function's alias, and its release id."""
    functions = place.cloud.client("lambda")
    found = {}
    for one in functions.list_functions()["Functions"]:
        live = functions.get_function_configuration(FunctionName=one["FunctionName"], Qualifier="live")
        found[one["FunctionName"]] = (int(live["Version"]), live["Environment"]["Variables"]["POND_RELEASE"])
    return found


def _invoke(place: Place, name: str) -> dict[str, Any]:
    answer = place.cloud.client("lambda").invoke(FunctionName=f"{stacking.NAME}-{name}:live", Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    result: dict[str, Any] = json.loads(answer["Payload"].read())
    return result


def _ctl(place: Place, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pondctl", *arguments],
        env={
            **os.environ,
            **place.cloud.environment(),
            "POND_PREFIX": stacking.NAME,
            "POND_PUBLIC_URL": "http://localhost:9/h5",
            "POND_KEY_ID": place.stack.outputs["KeyArn"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "infra"), str(ROOT / "layers/pond/python")]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _programme() -> str:
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text("utf-8"))
    return str(document["programme_id"])


def _change(file: Path, change: Any) -> None:
    document = yaml.safe_load(file.read_text("utf-8"))
    change(document["Resources"])
    # AWS gives SAM's transform the parameter's value, the local cloud its default.
    document["Parameters"]["Release"]["Default"] = (file.parent / "release").read_text()
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def _with_another_secret(resources: dict[str, Any]) -> None:
    added = json.loads(json.dumps(resources["SmsSecret"]))
    added["Properties"]["Name"] = {"Fn::Sub": "${Prefix}/added"}
    resources["AddedSecret"] = added


def _with_what_cannot_be_made(resources: dict[str, Any]) -> None:
    waits = [name for name, found in resources.items() if found["Type"] == "AWS::Serverless::Function"]
    policy = {"PolicyName": "broken", "Roles": ["nobody"], "PolicyDocument": {"Statement": []}}
    resources["Broken"] = {"Type": "AWS::IAM::Policy", "DependsOn": waits, "Properties": policy}


def _with_another_table_and_index(resources: dict[str, Any]) -> None:
    extras = json.loads(json.dumps(resources["Programmes"]))
    extras["Properties"]["TableName"] = {"Fn::Sub": "${Prefix}-extras"}
    resources["Extras"] = extras
    channels = resources["Channels"]["Properties"]
    channels["AttributeDefinitions"].append({"AttributeName": "source", "AttributeType": "S"})
    channels["GlobalSecondaryIndexes"] = [
        {
            "IndexName": "by_source",
            "KeySchema": [{"AttributeName": "source", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ]


def _form(formation: Any, document: dict[str, Any]) -> str:
    """Create or update the stack `alone` of these tables; how it ended."""
    known = {one["StackName"] for one in formation.list_stacks()["StackSummaries"]}
    make = formation.update_stack if "alone" in known else formation.create_stack
    given = {"Prefix": "alone", "KeyArn": "arn:aws:kms:us-east-1:000000000000:key/any", "DeletionProtection": "false"}
    make(
        StackName="alone",
        TemplateBody=json.dumps(document),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )

    def ended() -> str:
        status = str(formation.describe_stacks(StackName="alone")["Stacks"][0]["StackStatus"])
        return "" if status.endswith("_PROGRESS") else status

    return eventually(ended, "the stack")


def _names(tables: Any, prefix: str) -> list[str]:
    return [
        name
        for page in tables.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
        if name.startswith(prefix)
    ]
