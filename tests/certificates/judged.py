"""A chain made to order, and where it ends."""

from auditor.certificates import Trust, anchor_of
from tests.certificates.mint import AT, AnchorSpec, Spec, mint_chain

LEAF = Spec()
ISSUING = Spec(subject="Issuing CA")


def trust(*chain: Spec, anchors: tuple[AnchorSpec, ...] = (AnchorSpec(),)) -> Trust:
    return anchor_of(*mint_chain(chain, anchors), AT)
