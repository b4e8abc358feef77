"""Reading the template and its nested stacks as plain values, and the rules every function must keep."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FUNCTION = "AWS::Serverless::Function"
SERVERLESS = {FUNCTION: "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions, read as their long forms."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def read(path: str = "template.yaml") -> Document:
    """A template of this repository."""
    document: Document = yaml.load((ROOT / path).read_text("utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return document


def functions(template: Document) -> dict[str, Document]:
    """The properties of the template's functions, by logical id."""
    return {name: found["Properties"] for name, found in template["Resources"].items() if found["Type"] == FUNCTION}


def name_of(function: Document) -> str:
    """The folder's name, which is the function's."""
    return str(function["CodeUri"]).removeprefix("functions/")


def of_type(template: Document, kind: str) -> dict[str, Document]:
    """The template's resources of a type, by logical id."""
    return {name: found for name, found in template["Resources"].items() if found["Type"] == kind}


def policies(access: Document, shared: bool = True) -> dict[str, Document]:
    """What access.yaml grants, by function name: its own policy, and (`shared`) what several have alike."""
    found: dict[str, Document] = {}
    for one in of_type(access, "AWS::IAM::Policy").values():
        for role in one["Properties"]["Roles"] if one["Properties"]["PolicyName"] != "proxy" or shared else []:
            name = role["Fn::Sub"].removeprefix("${Prefix}-")
            statements = found.get(name, {"Statement": []})["Statement"]
            found[name] = {"Statement": [*statements, *one["Properties"]["PolicyDocument"]["Statement"]]}
    return found


def breaches(template: Document, access: Document) -> list[str]:
    """Where a function lacks its policy, unit (role, log group, dead letters, alarms) or release id."""
    found, granted = [], policies(access, shared=False)
    for logical, function in functions(template).items():
        name, unit = name_of(function), f"{logical}Unit"
        given = template["Resources"].get(unit, {}).get("Properties", {})
        output = {key: {"Fn::GetAtt": [unit, f"Outputs.{key}"]} for key in ("RoleArn", "LogGroup", "DeadLetterArn")}
        wanted = {
            "unit": (given.get("Location"), given.get("Parameters", {}).get("Name")) == ("infra/unit.yaml", name),
            "name": function.get("FunctionName") == {"Fn::Sub": f"${{Prefix}}-{name}"},
            "role": function.get("Role") == output["RoleArn"] and "Policies" not in function,
            "policy": name in granted,
            "log group": function.get("LoggingConfig", {}).get("LogGroup") == output["LogGroup"],
            "dead letters": function.get("DeadLetterQueue", {}).get("TargetArn") == output["DeadLetterArn"],
            "release id": function.get("AutoPublishCodeSha256") == {"Ref": "Release"},
            "timeout": "Timeout" in function,
        }
        found += [f"{logical}: {rule}" for rule, kept in wanted.items() if not kept]
    return found
