"""Shipped policies, and the root certificates they name, pinned by SHA-256, from the auditor and plug-ins."""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.errors import InputError, InputErrors
from auditor.inputs.documents.files import read_bytes
from auditor.model.trust_anchor import TrustAnchor
from auditor.plugins import POLICIES, PlugIn, plug_ins

# SHA-256 of the DER of policies/roots/<name>.pem.  A root is trusted for these bytes, never for its name, so the
# digests are in the code and not next to the files they pin.
PINS = {
    "baltimore-cybertrust-root": "16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb",
    "digicert-global-root-ca": "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",
    "digicert-global-root-g2": "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",
    "digicert-global-root-g3": "31ad6648f8104138c738f39ea4320133393e3a18cc02296ef97c2ac9ef6731d0",
    "digicert-tls-ecc-p384-root-g5": "018e13f0772532cf809bd1b17281867283fc48c6e13be9c69812854a490c1b05",
    "digicert-tls-rsa4096-root-g5": "371a00dc0533b3721a7eeb40e8419e70799d2b0a0f2c1d80693165f7cec4ad75",
    "microsoft-ecc-root-certificate-authority-2017": "358df39d764af9e1b766e9c972df352ee15cfac227af6ad1d70e8e4a6edcba02",
    "microsoft-rsa-root-certificate-authority-2017": "c741f70f4b2a8d88bf2e71c14122ef53ef10eba0cfa5e64cfa20f418853073e0",
}


def policy_directory() -> Path:
    """Find the folder of policies: inside the package when it is installed, beside it in a checkout."""
    package = Path(str(resources.files("auditor")))
    packaged = package / "_policies"
    return packaged if packaged.is_dir() else package.parent / "policies"


@cache
def policy_files() -> dict[str, Path]:
    """The file of every policy that ships with the auditor or with a plug-in, by its name, in alphabetical order.

    ``InputErrors`` when a plug-in has no policy, or one that is there already.
    """
    files = {path.stem: path for path in policy_directory().glob("*.yaml")}
    errors: list[InputError] = []
    for plug_in in plug_ins(POLICIES):
        found = {path.stem: path for folder in plug_in.folders for path in folder.glob("*.yaml")}
        if not found:
            errors.append(plug_in.error("its folder holds no policy (*.yaml)"))
        errors += [plug_in.error(f"a policy {name} exists already") for name in sorted(found) if name in files]
        files.update(found)
    if errors:
        raise InputErrors(errors)
    return dict(sorted(files.items()))


def shipped_policies() -> tuple[str, ...]:
    """Name the policies that ship with the auditor or with a plug-in, in alphabetical order."""
    return tuple(policy_files())


def plug_in_of(policy: Path) -> PlugIn | None:
    """The plug-in that a policy's file belongs to."""
    return next((plug_in for plug_in in plug_ins(POLICIES) if policy.parent in plug_in.folders), None)


def requirements_directory() -> Path:
    """Find the folder of the requirements files that ship with the auditor."""
    return policy_directory() / "requirements"


def shipped_requirements() -> tuple[str, ...]:
    """Name the requirements files that ship with the auditor, in alphabetical order."""
    return tuple(sorted(path.stem for path in requirements_directory().glob("*.yaml")))


def pins() -> dict[str, str]:
    """SHA-256 of the DER of every root that a policy may name, by its name."""
    return {anchor.name: hashlib.sha256(anchor.der).hexdigest() for anchor in shipped_roots()}


@cache
def shipped_roots() -> tuple[TrustAnchor, ...]:
    """Load the pinned roots by file name.  ``InputErrors`` when a file is missing or is not the pinned certificate.

    A plug-in pins its own in ``PINS`` of the package, in the same way.
    """
    roots = {name: _root(policy_directory() / "roots" / f"{name}.pem", pin) for name, pin in PINS.items()}
    errors: list[InputError] = []
    for plug_in in plug_ins(POLICIES):
        pinned = getattr(plug_in.module, "PINS", {})
        if not isinstance(pinned, dict) or not all(isinstance(text, str) for pin in pinned.items() for text in pin):
            errors.append(plug_in.error("PINS must be a dictionary of names and SHA-256 numbers, both as text"))
            continue
        files = {path.stem: path for folder in plug_in.folders for path in (folder / "roots").glob("*.pem")}
        errors += [plug_in.error(f"a root {name} exists already") for name in sorted(files) if name in roots]
        errors += [
            plug_in.error(f"the root {name} needs both a file roots/{name}.pem and its SHA-256 in PINS")
            for name in sorted(files.keys() ^ pinned.keys())
        ]
        for name in sorted(files.keys() & pinned.keys() - roots.keys()):
            try:
                roots[name] = _root(files[name], pinned[name])
            except InputErrors as wrong:
                errors += [plug_in.error(str(error)) for error in wrong.errors]
    if errors:
        raise InputErrors(errors)
    return tuple(roots.values())


def _root(path: Path, pin: str) -> TrustAnchor:
    try:
        der = x509.load_pem_x509_certificate(read_bytes(path, 64 * 1024)).public_bytes(Encoding.DER)
    except ValueError:
        raise InputErrors([InputError("this is not a certificate; the installation is damaged", str(path))]) from None
    if hashlib.sha256(der).hexdigest() != pin:
        raise InputErrors([InputError("this is not the pinned root; the installation is damaged", str(path))])
    return TrustAnchor(path.stem, der)
