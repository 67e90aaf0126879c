"""One module a program: how it is configured and started."""
