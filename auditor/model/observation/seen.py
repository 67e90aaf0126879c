"""What all observations share, and the two kinds that record a question without an answer."""

import base64
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer

from auditor.model.target import Perspective
from auditor.model.value import Value

Der: TypeAlias = Annotated[
    bytes,
    BeforeValidator(lambda value: base64.b64decode(value, validate=True) if isinstance(value, str) else value),
    PlainSerializer(lambda value: base64.b64encode(value).decode("ascii"), return_type=str),
    Field(description="DER, base64 encoded"),
]


class Undetermined(Value):
    """A question that got no answer, and why."""

    subject: str
    reason: str


class Seen(Value):
    """What all observations share."""

    seen_of: ClassVar[frozenset[Perspective]] = frozenset()
    """The kinds of target it can be observed for; a plan omits checks that judge it for other kinds."""

    target: str = Field(description="The name of the target")
    at: AwareDatetime = Field(description="The run's one clock reading, UTC")


class NotAttempted(Seen):
    """A question that was not tested, because it needs an option that was not given."""

    kind: Literal["not-tested"] = "not-tested"
    wanted: str = Field(description="The kind of observation that is missing")
    reason: str
    closes: str = Field(default="", description="What would test it: a command or an option; empty if unsaid")


class NotObserved(Seen):
    """A question that got no answer at all, and why."""

    kind: Literal["not-seen"] = "not-seen"
    wanted: str = Field(description="The kind of observation that is missing")
    reason: str
