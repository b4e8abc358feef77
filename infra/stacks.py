"""What a deployed stack is guarded by (`make deploy` puts the policy on) and what outlives it (`make teardown`)."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POLICY = Path(__file__).with_name("stack-policy.json")
NESTED = "AWS::CloudFormation::Stack"
KEPT = {  # what the templates keep (a test compares), and how a person removes it
    "AWS::DynamoDB::Table": "aws dynamodb update-table --no-deletion-protection-enabled --table-name {0} && "
    "aws dynamodb delete-table --table-name {0}",
    "AWS::S3::Bucket": "aws s3 rb --force s3://{0}   (every version of every backup first)",
    "AWS::SecretsManager::Secret": "aws secretsmanager delete-secret --secret-id {0}",
    "AWS::SQS::Queue": "aws sqs delete-queue --queue-url {0}",
    "AWS::EC2::EIP": "aws ec2 release-address --public-ip {0}",
    "AWS::KMS::Key": "aws kms schedule-key-deletion --key-id {0}   (last: all sealed data is unreadable from then on)",
}


@dataclass(frozen=True)
class Kept:
    """Something that stays when the stack is deleted."""

    kind: str
    name: str


def guard(formation: Any, stack: str) -> list[str]:
    """Put the policy on the stack and on those in it: no table, key, secret or bucket is replaced or removed by an
    update. The names of the stacks."""
    guarded = [
        stack,
        *(one["PhysicalResourceId"] for one in _resources(formation, stack) if one["ResourceType"] == NESTED),
    ]
    for name in guarded:
        formation.set_stack_policy(StackName=name, StackPolicyBody=POLICY.read_text("utf-8"))
    return guarded


def kept(formation: Any, stack: str) -> list[Kept]:
    """What stays when the stack is deleted."""
    found = [
        Kept(one["ResourceType"], one["PhysicalResourceId"])
        for one in _resources(formation, stack)
        if one["ResourceType"] in KEPT
    ]
    return sorted(found, key=lambda one: (list(KEPT).index(one.kind), one.name))


def _resources(formation: Any, stack: str) -> Iterator[dict[str, Any]]:
    for page in formation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            yield one
            if one["ResourceType"] == NESTED:
                yield from _resources(formation, one["PhysicalResourceId"])


def tear_down(formation: Any, stack: str, typed: str) -> int:
    """Delete the stack if its name was typed; say what stays and how it is removed."""
    staying = kept(formation, stack)
    print(f"{stack}: functions, API, queues' workers, alarms and logs go. What stays, with all data in it:\n")
    for one in staying:
        print(f"  {one.kind.split('::')[1]:<16}{one.name}")
    if typed != stack:
        print("\nNothing was deleted: the name that was typed is not the stack's.")
        return 1
    formation.delete_stack(StackName=stack)
    formation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 2})
    print(f"\n{stack} is deleted. To remove what stayed, when nobody will ask for it again:\n")
    for one in staying:
        print(f"  {KEPT[one.kind].format(one.name)}")
    return 0


def main(arguments: list[str]) -> int:
    """`guard ENV` or `teardown ENV`."""
    import boto3

    from parameters import environment

    deed, *rest = arguments
    stack = environment(rest)["stack_name"]
    formation: Any = boto3.client("cloudformation")
    if deed == "guard":
        print(f"guarded against replacing and removing what is kept: {len(guard(formation, stack))} stacks")
        return 0
    print(f"This deletes {stack}. Type its name to go on: ", end="", flush=True)
    return tear_down(formation, stack, sys.stdin.readline().strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
