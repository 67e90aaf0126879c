"""Rules about an SBC as a client: what it offers, what it presents, and whether it verifies the server."""
