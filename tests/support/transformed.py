"""The template as SAM's own transform makes it, before CloudFormation sees it."""

import copy
import os
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform

from support.template import SERVERLESS, Document, read

SOURCE = "s3://built/code"  # the transform wants what `sam build` leaves there
PARAMETERS = {"Prefix": "pond-test", "PublicUrl": "https://pond.example"}


class _NoManagedPolicies:
    """We use none; the transform asks all the same."""

    def load(self) -> dict[str, str]:
        return {}


def template(**parameters: str) -> Document:
    """The transformed template."""
    document = copy.deepcopy(read())
    for found in document["Resources"].values():
        for kind, attribute in SERVERLESS.items():
            if found["Type"] == kind:
                found["Properties"][attribute] = SOURCE
    with patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        made: Any = transform(document, PARAMETERS | parameters, _NoManagedPolicies())
    result: Document = made
    return result
