"""Text formats with source locations: YAML, JSON and CSV, read strictly, validated against a schema."""
