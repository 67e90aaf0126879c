"""Waivers: violations accepted in writing until a date."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from auditor.model.value import Value


class Waiver(Value):
    """Who accepts which rule's findings, where, why and until when.  It changes the verdict, never what is shown."""

    rule: str = Field(description="The rule's id")
    target: str = Field(description="The target's name in reports; * stands for any characters, ? for a single one")
    reason: str
    approved_by: str
    ticket: str
    expires: date = Field(description="The last day it is valid, in UTC")


class WaiverState(StrEnum):
    """The state of a waiver."""

    USED = "used"
    UNUSED = "unused"
    """It matched no violation: remove it, or correct its rule or target."""
    EXPIRED = "expired"
    """It has expired and waives nothing, whether or not there is a violation."""


class WaiverStatus(Value):
    """One waiver, and how many findings it concerns."""

    waiver: Waiver
    state: WaiverState
    findings: int = Field(ge=0, description="How many it waives, or would waive if it had not expired")
