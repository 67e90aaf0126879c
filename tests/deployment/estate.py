"""The golden deployment over ExpressRoute with the files that prove it, to be changed before they are read."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from auditor.inputs.documents.yaml import read_yaml
from tests.deployment.test_faults import golden, put

EVIDENCE = Path(__file__).parent / "evidence"
SECTION: list[dict[str, str]] = read_yaml(EVIDENCE / "section.yaml").data["evidence"]
# What no report may show: keys that Azure's exports hold.
CANARIES = tuple(
    f"{kind}-canary-of-{name}" for kind in ("service-key", "authorization", "md5") for name in ("er-1", "er-2")
)

Changes = Mapping[str, object]


def estate(
    folder: Path,
    changes: Mapping[str, Changes] | None = None,
    *,
    declared: Changes | None = None,
    files: Iterable[str] | None = None,
    texts: Mapping[str, str | bytes] | None = None,
) -> Path:
    """An inventory in a folder of its own, with the evidence beside it.

    ``changes`` are made in JSON files and ``declared`` in the inventory, both by paths as ``circuits.0.asn``; ``files``
    are those of the golden section that are named, and ``texts`` what stands in files in place of the golden text.
    """
    for file in EVIDENCE.iterdir():
        shutil.copy(file, folder)
    for name, by_path in (changes or {}).items():
        data = json.loads((folder / name).read_text(encoding="utf-8"))
        for path, value in by_path.items():
            put(data, path, value)
        (folder / name).write_text(json.dumps(data, indent=2), encoding="utf-8")
    for name, text in (texts or {}).items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    inventory: dict[str, Any] = golden("expressroute")
    named = None if files is None else set(files)
    inventory["evidence"] = [entry for entry in SECTION if named is None or entry["file"] in named]
    for path, value in (declared or {}).items():
        put(inventory, path, value)
    written = folder / "inventory.yaml"
    written.write_text(json.dumps(inventory, indent=1), encoding="utf-8")
    return written
