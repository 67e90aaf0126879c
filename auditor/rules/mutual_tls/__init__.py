"""Rules about mutual TLS: whether an endpoint requires and verifies client certificates."""
