"""The lengths of a SIP message and its parts, in bytes: only numbers, no content."""

import re
from collections.abc import Iterator, Sequence

from auditor.sip.headers import named, unfolded, unquoted, uris

_TAGGED = frozenset({"supported", "require", "proxy-require"})
_SCHEME = re.compile(r"(?i)\bsips?:")
_HOST = re.compile(r"\[[^\]]*\]|[^:;?,]*")


def lengths(head: Sequence[str], body: Sequence[str], content_length: str) -> dict[str, int]:
    """The lengths by the names of ``SipMessageSeen``'s fields; what is not there has none, or 0.

    ``head`` are the start line and the header lines.  A trace may have lost the CRs, or a part of the body: line ends
    count two bytes, and a Content-Length is believed where it is the larger.
    """
    headers = [(name, unquoted(value)) for name, value in unfolded(head[1:])]
    request = re.match(r"[A-Z]+ (\S+) (?i:SIP)/2\.0", head[0])
    uri = request[1] if request else ""
    declared = int(content_length) if re.fullmatch(r"[0-9]{1,9}", content_length) else 0
    texts = [uri, *(value for _, value in headers)]
    tagged = [value for name, value in headers if named(name) in _TAGGED]
    return {
        "octets": sum(len(line) + 2 for line in head) + 2 + max(declared, sum(len(line) + 2 for line in body)),
        "request_uri": len(uri),
        "contact_uri": _longest(uri for name, value in headers if named(name) == "contact" for uri in uris(value)),
        "userinfo": _longest(found for text in texts for found in _userinfos(text)),
        "from_domain": _longest(host for name, value in headers if named(name) == "from" for host in _hosts(value)),
        "header_name": _longest(name for name, _ in headers),
        "option_tags": _longest(tagged),
        "option_tag": _longest(tag.strip() for value in tagged for tag in value.split(",")),
    }


def _userinfos(text: str) -> Iterator[str]:
    """What stands before the @ of each URI (RFC 3261 section 25.1: commas, semicolons and question marks may)."""
    for word in re.split(r"[\s<>\"]+", text):
        position = 0
        while (scheme := _SCHEME.search(word, position)) and (end := word.find("@", scheme.end())) >= 0:
            yield word[scheme.end() : end]
            position = end + 1


def _hosts(text: str) -> Iterator[str]:
    for word in re.split(r"[\s<>]+", text):
        if scheme := _SCHEME.search(word):
            before, at, after = word[scheme.end() :].partition("@")
            host = _HOST.match(after if at else before)
            yield host[0] if host else ""


def _longest(texts: Iterator[str] | list[str]) -> int:
    return max(map(len, texts), default=0)
