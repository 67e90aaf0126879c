"""Dates in a policy are facts of a day: each row with one says where it is from, and when that was read."""

import datetime as dt
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from auditor.rules import all_rules

CHECKED = {"source", "checked"}


def models(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield of
    for field in of.model_fields.values():
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from models(inner)


DATED = [
    pytest.param(model, id=f"{rule.id}: {model.__name__}")
    for rule in all_rules().values()
    for model in models(rule.params)
    if any(field.annotation is dt.date for field in model.model_fields.values())
]


def test_there_are_dated_rows() -> None:
    assert len(DATED) >= 5


@pytest.mark.parametrize("model", DATED)
def test_every_dated_row_has_to_carry_its_source_and_the_day_that_was_read(model: type[BaseModel]) -> None:
    assert set(model.model_fields) >= CHECKED
    assert all(model.model_fields[name].is_required() for name in CHECKED)
    assert any(field.annotation is dt.date for name, field in model.model_fields.items() if name != "checked")
