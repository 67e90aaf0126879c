"""Certificates made for probes, the listener, the lab and tests.  In memory, for one run."""
