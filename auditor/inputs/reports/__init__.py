"""Reading reports of earlier audits, in the current version and in version 1."""
