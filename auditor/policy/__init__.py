"""Policy files to policies and back: reading, layers, schema, conflicts, coverage, starting policy."""
