"""Whether an endpoint demands and verifies a certificate of its client."""
