"""Audit TLS endpoints of telephone operators against a policy: certificates, cipher suites and mutual TLS."""

__version__ = "0.1.0"
