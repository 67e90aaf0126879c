"""Policy files for tests, and what comes of reading them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.errors import InputErrors
from auditor.model.policy import Policy
from auditor.policy.read import load_policy

HEAD = 'id: mine\nversion: "1"\ntitle: Mine\nsource: me\n'
CHILD = 'id: mine\nversion: "1"\ntitle: Mine\n'

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    folder = tmp_path_factory.mktemp("policies")

    def write(text: str, name: str = "mine.yaml") -> Path:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def wrong(path: Path) -> list[str]:
    """The errors of a policy file, with the names of files instead of their paths."""
    with pytest.raises(InputErrors) as caught:
        load_policy(str(path))
    return [str(error).replace(f"{path.parent}/", "") for error in caught.value.errors]


def params(policy: Policy, rule_id: str) -> dict[str, object]:
    return {
        name: value
        for setting in policy.settings
        if setting.rule.id == rule_id
        for name, value in setting.params.model_dump(mode="json", by_alias=True, exclude_none=True).items()
    }
