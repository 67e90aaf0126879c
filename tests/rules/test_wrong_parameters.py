"""Parameters that a schema cannot refuse, and that would make a rule check nothing."""

from typing import Any

import pytest
from pydantic import ValidationError

from auditor.rules import all_rules


@pytest.mark.parametrize(
    ("rule", "params", "message"),
    [
        ("plaintext-accepted", {"ports": {"sip": [], "https": []}}, "ports must not be empty"),
        ("certificate-client-usage-ending", {"issuers": []}, "the date for every other public CA is missing"),
    ],
)
def test_parameters_that_leave_nothing_to_check_are_refused(rule: str, params: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        all_rules()[rule].params.model_validate(params)
