"""Reports of earlier audits, read back: those of today, and those of version 1."""
