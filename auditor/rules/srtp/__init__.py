"""How calls are encrypted, as offers and answers say it (SDP security descriptions, RFC 4568)."""
