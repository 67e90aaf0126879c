"""Real and minted certificates against auditor.x509."""
