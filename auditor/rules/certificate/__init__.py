"""Rules about the certificates that an endpoint presents: chains, validity, names, keys and usages."""
