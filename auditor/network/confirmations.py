"""Whether a text that a person wrote says something: who confirmed it, why it is so, or where it is."""

import re
import unicodedata

_NOBODY = re.compile(
    "abc|all|anonymous|anybody|anyone|asdf|author|everybody|everyone|false|fixme|foo|bar|me|myself|na|name|nil|no|"
    "nobody|none|noone|notapplicable|notknown|null|ok|person|placeholder|qwerty|role|self|somebody|someone|tba|tbc|tbd|"
    "test|tobeconfirmed|tobedefined|tobedetermined|todo|true|undefined|unknown|us|we|whoever|xyz|yes|you"
)
"""What stands in a form that nobody has filled in."""


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
    """Whether a text can be a reason: it has a word, and is no placeholder such as n/a."""
    return text is not None and names_somebody(text)


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
