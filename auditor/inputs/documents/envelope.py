"""Signed files: a payload in a DSSE envelope (Dead Simple Signing Envelope), as in-toto and Sigstore use it.

The signature covers the payload and its type, so that a file signed for one purpose cannot stand for another.
"""

import json
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # it says so in its docs

from auditor.errors import InputError, InputErrors, quoted
from auditor.inputs.documents.files import read_bytes
from auditor.inputs.documents.json_document import parse_json
from auditor.inputs.documents.validation import complaints
from auditor.inputs.documents.yaml import ReadLimits

LIMITS: Final = ReadLimits(size=1024 * 1024, values=200)
KEY_SIZE: Final = 64 * 1024
"""The most bytes of a key file."""
_KEY_ID: Final = "key"
"""Stands for every name of a key: the name in an envelope is a hint, which decides nothing."""
_TEXT = {"type": "string", "maxLength": 1_000_000}
_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["payload", "payloadType", "signatures"],
    "properties": {
        "payload": _TEXT,
        "payloadType": _TEXT,
        "signatures": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sig"],
                "properties": {"sig": _TEXT, "keyid": _TEXT},
            },
        },
    },
}


def sealed(payload: bytes, payload_type: str, key: Path, passphrase: bytes | None) -> str:
    """Sign the payload with a private key (PEM), and return the envelope as JSON.  Raises ``InputErrors``."""
    content = read_bytes(key, KEY_SIZE)
    try:
        private = load_pem_private_key(content, passphrase if b"ENCRYPTED" in content else None)
        signer = CryptoSigner(private)
    except Exception:  # noqa: BLE001 - whatever it was, its text may quote the key
        message = "this is no private key in PEM that can sign (Ed25519, ECDSA or RSA)"
        hint = "; is the passphrase the right one?" if b"ENCRYPTED" in content else ""
        raise InputErrors([InputError(f"{message}{hint}", str(key))]) from None
    envelope = Envelope(payload, payload_type, {})
    envelope.sign(signer)
    return json.dumps(envelope.to_dict(), indent=2) + "\n"


def opened(path: Path, payload_type: str, key: Path) -> bytes:
    """Return the payload of an envelope that the public key (PEM) verifies.  Raises ``InputErrors``."""
    public = _public_key(key)
    content = read_bytes(path, LIMITS.size)
    try:
        document = parse_json(content, str(path), LIMITS)
    except InputErrors as wrong:
        message = "this is not a signed file (a DSSE envelope in JSON), so nobody vouches for it"
        raise InputErrors([InputError(message, str(path)), *wrong.errors][:1]) from None
    if errors := complaints(document, _SCHEMA):
        raise InputErrors(errors)
    if document.data["payloadType"] != payload_type:
        found = quoted(document.data["payloadType"])
        raise InputErrors([document.error(f"this envelope holds {found}, not {payload_type}", ("payloadType",))])
    try:
        signatures = [{"sig": signature["sig"], "keyid": _KEY_ID} for signature in document.data["signatures"]]
        envelopes = [Envelope.from_dict({**document.data, "signatures": [one]}) for one in signatures]
    except Exception:  # noqa: BLE001 - whatever a hostile envelope raises
        raise InputErrors([document.error("payload or sig is not base64", ("payload",))]) from None
    if not any(_verifies(envelope, public) for envelope in envelopes):
        raise InputErrors([InputError(f"no signature in this file is by the key of {key}", str(path))])
    return bytes(envelopes[0].payload)


def _public_key(path: Path) -> Any:  # noqa: ANN401 - any of cryptography's kinds
    content = read_bytes(path, KEY_SIZE)
    try:
        found = load_pem_public_key(content)
        SSlibKey.from_crypto(found)
    except (ValueError, UnsupportedAlgorithm):
        private = "; a private key belongs to the signer alone" if b"PRIVATE KEY" in content else ""
        message = f"this is no public key in PEM (Ed25519, ECDSA or RSA){private}"
        raise InputErrors([InputError(message, str(path))]) from None
    return found


def _verifies(envelope: Envelope, public: Any) -> bool:  # noqa: ANN401 - as above
    """Whether the one signature is by that key."""
    try:
        envelope.verify([SSlibKey.from_crypto(public, keyid=_KEY_ID)], 1)
    except VerificationError:
        return False
    return True
