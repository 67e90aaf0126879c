"""Whether a text that a person wrote names somebody, a reason or a place, and how long a confirmation is valid."""

import datetime as dt
import re
import unicodedata

_NOBODY = re.compile(
    "abc|all|anonymous|anybody|anyone|asdf|author|auto|automatic|bar|computer|everybody|everyone|example|exampleperson|"
    "false|firstlast|firstname|fixme|foo|inconnu|ka|keine|keiner|lastname|later|machine|mrx|msx|na|nadie|name|nessuno|"
    "niemand|nil|nn|no|nobody|nochoffen|none|noone|noreply|notapplicable|notdone|notknown|notyet|null|offen|ok|open|"
    "pending|person|personne|placeholder|qwerty|role|script|seeabove|seebelow|seedocument|seefile|somebody|someone|"
    "system|tba|tbc|tbd|tbn|test|tobe(announced|confirmed|decided|defined|determined|named)|todo|true|unassigned|"
    "unbekannt|undecided|undefined|unknown|vacant|whoever|willfollow|x+|xyz|yes|you|yourname|"
    "\u7121|\u65e0|\u306a\u3057|\u672a\u5b9a|\u5f85\u5b9a|\u4e0d\u660e"
)
"""What stands in a form that nobody has filled in: also none, not decided and unknown in Chinese and Japanese."""
_OURSELVES = re.compile("me|myself|self|us|we")
"""Who these are depends on who says so."""
_NOT_YET = re.compile(
    r"(anonymous|anybody|anyone|e\.g\.|fixme|n ?/ ?a|niemand|no one|nobody|none|noone|not applicable|not yet|"
    r"pending|somebody|someone|tb[acdn]|to be|to follow|todo|unassigned|unbekannt|undecided|unknown|vacant|whoever)"
    r"(?![\w-])",
    re.IGNORECASE,
)
"""How a text begins that says that somebody is still to be found, whatever follows."""
_INITIALS = re.compile(r"([^\W\d_]\. ?){2,4}")
_IDEOGRAPH = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")


_NOTHING = re.compile(
    "fixme|na|nil|none|notapplicable|notknown|null|placeholder|tba|tbc|tbd|tobeconfirmed|tobedefined|tobedetermined|"
    "todo|undeclared|undefined|unknown"
)
"""What stands in place of a name or a location that nobody knows."""


def says_nothing(text: str) -> bool:
    """Whether a name or a location is a placeholder, such as ``-`` or ``n/a``; a single letter may be a name."""
    plain = "".join(filter(str.isalnum, text.casefold()))
    return not plain or _NOTHING.fullmatch(plain) is not None


def gives_reason(text: str | None) -> bool:
    """Whether a text can be a reason: it has a word of two letters that says something, and is no placeholder."""
    words = [word for word in _words(text or "") if len(set(word)) > 1 or _IDEOGRAPH.fullmatch(word)]
    return not says_nothing(text or "") and not all(map(_NOBODY.fullmatch, words))


def names_somebody(text: str) -> bool:
    """Whether a text can be the name of a person or a role.

    It needs a word of at least two letters that is more than one letter repeated, one Chinese character, or initials.
    It is no placeholder, such as n/a, and does not begin as one.
    """
    words = _words(text)
    if is_placeholder(text) or all(_OURSELVES.fullmatch(word) or _NOBODY.fullmatch(word) for word in words):
        return _initials(text)
    return _initials(text) or any(len(set(word)) > 1 or _IDEOGRAPH.fullmatch(word) for word in words)


def is_placeholder(text: str) -> bool:
    """Whether a text stands for nothing, such as n/a or x, although something was to be named."""
    words = _words(text)
    if _NOT_YET.match(text.strip()) or not any(map(str.isalnum, text)):
        return True
    return bool(words) and (_NOBODY.fullmatch("".join(words)) is not None or all(map(_NOBODY.fullmatch, words)))


def _initials(text: str) -> bool:
    """Whether it is initials, such as O. K.; n. a. and N.N. are none."""
    stripped = text.strip()
    letters = "".join(_words(stripped))
    return (
        _INITIALS.fullmatch(stripped) is not None
        and stripped == stripped.upper()
        and len(set(letters)) > 1
        and (not _NOBODY.fullmatch(letters) or (letters == "ok" and " " in stripped))
    )


def _words(text: str) -> list[str]:
    # Without marks, such as the vowel signs of Devanagari, which are no letters of their own.
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.category(one).startswith("M"))
    return re.findall(r"[^\W\d_]+", plain.casefold())


def last_day(confirmed: dt.date, years: int) -> dt.date:
    """The last day of a confirmation: its anniversary, or the first of March after a 29th of February."""
    if confirmed.year + years > dt.MAXYEAR:
        return dt.date.max
    try:
        return confirmed.replace(year=confirmed.year + years)
    except ValueError:
        return dt.date(confirmed.year + years, 3, 1)
