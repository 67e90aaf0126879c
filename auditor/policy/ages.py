"""How old the dated facts of a policy are, as notes for its report."""

import datetime as dt
from collections.abc import Iterator

from auditor.certificates.root_programs import ROOT_LISTS
from auditor.model.dated import dated_rows
from auditor.model.policy import Policy
from auditor.policy.dated_facts import LISTS, left_out, shipped_facts

_NEXT_DAY = dt.timedelta(days=1)
"""It may be tomorrow already where a row was written."""


def age_notes(policy: Policy, today: dt.date) -> Iterator[str]:
    """Say which facts the policy rests on and how old they are; then which rows nobody has reviewed in time."""
    rows = {setting.rule.id: tuple(dated_rows(setting.params)) for setting in policy.settings}
    newest = max((row.checked for found in rows.values() for row in found), default=None)
    if newest is not None:
        yield f"{_source(policy)} the newest was checked on {newest}, {_ago(newest, today)}."
    programs = (getattr(setting.params, "root_programs", ()) for setting in policy.settings)
    for known in (ROOT_LISTS[program] for program in sorted({program for some in programs for program in some})):
        yield f"Roots of the {known.title} as of {known.date} ({known.package}), {_ago(known.date, today)}."
    for rule, found in rows.items():
        late = [f"{row.row_name} (checked {row.checked}, review after {row.due})" for row in found if row.due < today]
        if late:
            yield f"Dated facts of {rule} are past their review: {'; '.join(late)}."
        if early := [f"{row.row_name} ({row.checked})" for row in found if row.checked > today + _NEXT_DAY]:
            yield f"Dated facts of {rule} are said to have been checked on a day to come: {'; '.join(early)}."
    if lacking := "; ".join(_unused(policy)):
        yield f"The update leaves out or changes facts that the auditor ships: {lacking}."


def _unused(policy: Policy) -> Iterator[str]:
    """What an update keeps from being used, of the lists that the policy's rules take."""
    if policy.facts is None or policy.facts.shipped:
        return
    params = {setting.rule.id: setting.params for setting in policy.settings}
    for name, (rule, parameter) in LISTS.items():
        if rule in params:
            yield from left_out(name, shipped_facts(), getattr(params[rule], parameter))


def _source(policy: Policy) -> str:
    facts = policy.facts
    if facts is None:
        return f"The policy {policy.id} states its dated facts itself:"
    origin = "shipped with the auditor" if facts.shipped else "an update"
    newer = shipped_facts().reference
    if not facts.shipped and facts.date < newer.date:
        origin += f", older than those of {newer.date} that the auditor ships"
    return f"Dated facts {facts.version} of {facts.date}, {origin}:"


def _ago(day: dt.date, today: dt.date) -> str:
    age = (today - day).days
    return "today" if age <= 0 else "1 day ago" if age == 1 else f"{age} days ago"
