"""Real and minted certificates against auditor.certificates."""
