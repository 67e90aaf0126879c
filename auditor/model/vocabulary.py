"""The words that a parameter takes from a fixed vocabulary.  The policy schema lists the words of each kind."""

from typing import Annotated, TypeAlias

from pydantic import WithJsonSchema

VOCABULARY = "vocabulary"
"""The key in a parameter's JSON Schema that names the vocabulary of its words."""


def words_of(vocabulary: str) -> WithJsonSchema:
    """Mark text as a word of this vocabulary, a definition of the policy schema."""
    return WithJsonSchema({"type": "string", VOCABULARY: vocabulary})


RootName: TypeAlias = Annotated[str, words_of("roots")]
"""A pinned root certificate, by its file name."""
GroupName: TypeAlias = Annotated[str, words_of("groups")]
"""A key-exchange group, by its IANA name."""
CurveName: TypeAlias = Annotated[str, words_of("curves")]
"""The elliptic curve of a certificate's key, by its TLS name."""
