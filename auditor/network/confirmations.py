"""Whether an attestation names who made it, and how long it is valid."""

import re
import unicodedata
from datetime import MAXYEAR, date

_NOBODY = re.compile(
    "abc|all|anonymous|anybody|anyone|asdf|author|everybody|everyone|false|fixme|foo|bar|me|myself|na|name|nil|no|"
    "nobody|none|noone|notapplicable|notknown|null|ok|person|placeholder|qwerty|role|self|somebody|someone|tba|tbc|tbd|"
    "test|tobeconfirmed|tobedefined|tobedetermined|todo|true|undefined|unknown|us|we|whoever|xyz|yes|you"
)
"""What stands in a form that nobody has filled in."""


def last_day(confirmed: date, years: int) -> date:
    """The last day of a confirmation: its anniversary, or the first of March after a 29th of February."""
    if confirmed.year + years > MAXYEAR:
        return date.max
    try:
        return confirmed.replace(year=confirmed.year + years)
    except ValueError:
        return date(confirmed.year + years, 3, 1)


def names_somebody(text: str) -> bool:
    """Whether a text can be the name of a person or a role.

    It needs a word of at least two letters that is more than one letter repeated, and is no placeholder such as n/a.
    """
    # Without marks, such as the vowel signs of Devanagari, which are no letters of their own.
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.category(one).startswith("M"))
    words = re.findall(r"[^\W\d_]+", plain.casefold())
    if _NOBODY.fullmatch("".join(words)) or all(map(_NOBODY.fullmatch, words)):
        return False
    return any(len(set(word)) > 1 for word in words)
