"""What SIP messages are like, whatever they carry."""
