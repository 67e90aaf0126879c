"""Rules about SRTP in offers and answers (SDP security descriptions, RFC 4568)."""
