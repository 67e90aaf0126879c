"""Azure's regions and the geographies they belong to, from a dated list."""

import csv
from collections import Counter
from functools import cache
from pathlib import Path


@cache
def geographies() -> dict[str, str]:
    """The geography of every region."""
    text = Path(__file__).with_name("azure_regions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["region"]: row["geography"] for row in rows}


def region_name(text: str) -> str | None:
    """The region as the list writes it, also for ``westeurope``, as the Azure CLI does; None if there is none."""
    return _plain_names().get(_plain(text))


@cache
def _plain_names() -> dict[str, str]:
    return {_plain(region): region for region in geographies()}


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def is_only_region(region: str) -> bool:
    """Return whether a region is the only one of its geography, so it may be paired with one of another."""
    return Counter(geographies().values())[geographies()[region]] == 1
