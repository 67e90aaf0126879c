"""Probes: the only code that opens connections.  Each answers one question about one target, or says why it cannot."""
