"""Existing scans: the JSON that ``sslyze --json_out`` writes."""
