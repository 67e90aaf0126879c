"""Rules about SIP messages."""
