"""Every certificate that is made for a probe, a listener, the lab or a test.  In memory, for one run."""
