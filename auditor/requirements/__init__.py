"""Requirements and their answers: what the documents behind a policy ask, and what the findings answer.

A finding answers one check; a requirement is what the user was asked for.  What no target stands for is owed, and
what nobody looked at is open.
"""

from auditor.requirements.answers import answered, completeness
from auditor.requirements.owed import owed_targets

__all__ = ["answered", "completeness", "owed_targets"]
