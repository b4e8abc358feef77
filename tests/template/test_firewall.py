"""The optional firewall counts pages, and never what partners deliver: they come from few addresses, however many."""

from routes import DOORS
from support import template as templates

PARTNERS = {name for name, door in DOORS.items() if "a person" not in door.caller}


def test_pages_are_counted_and_callbacks_are_not() -> None:
    (acl,) = templates.of_type(templates.read("infra/waf.yaml"), "AWS::WAFv2::WebACL").values()
    (rule,) = acl["Properties"]["Rules"]
    counted = rule["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["OrStatement"]["Statements"]
    parts = [one["ByteMatchStatement"]["SearchString"] for one in counted]
    assert {one["ByteMatchStatement"]["PositionalConstraint"] for one in counted} == {"CONTAINS"}
    for function in templates.functions(templates.read()).values():
        for event in function["Events"].values():
            if event["Type"] == "Api":
                path = f"/live{event['Properties']['Path']}"
                partner = templates.name_of(function) in PARTNERS
                assert any(part in path for part in parts) != partner, path


def test_it_is_off_unless_it_is_wanted() -> None:
    template = templates.read()
    assert template["Parameters"]["Waf"]["Default"] == "off"
    assert template["Resources"]["Firewall"]["Condition"] == "Guarded"
