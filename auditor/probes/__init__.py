"""The only code that opens a connection.  Each probe answers one question about one target and says when it cannot."""
