"""Machine-readable report formats, one per file."""
