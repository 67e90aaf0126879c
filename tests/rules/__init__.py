"""Every rule against its vectors."""
