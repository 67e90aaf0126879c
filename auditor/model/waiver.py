"""A violation that someone has accepted in writing, until a day."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from auditor.model.value import Value


class Waiver(Value):
    """Who accepts which rule's findings where, why, and how long.  It changes what counts, never what is shown."""

    rule: str = Field(description="The rule's id")
    target: str = Field(description="The target's name in reports; * stands for any characters, ? for a single one")
    reason: str
    approved_by: str
    ticket: str
    expires: date = Field(description="The last day it is valid, in UTC")


class WaiverState(StrEnum):
    """What came of a waiver."""

    USED = "used"
    UNUSED = "unused"
    """Nothing it names needed waiving: it can go, or it names the wrong thing."""
    EXPIRED = "expired"
    """It waives nothing any more, whether or not there is something left to waive."""


class WaiverStatus(Value):
    """One waiver, and how many findings it concerns."""

    waiver: Waiver
    state: WaiverState
    findings: int = Field(ge=0, description="How many it waives, or would waive if it had not expired")
