"""Real servers, as Debian ships them, started with a stated configuration and asked what they truly do."""
