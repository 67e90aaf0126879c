"""Certificates, requests, keys, roots and revocation status in files."""
