"""The declared deployment: address ranges, access lists, Azure regions, evidence and subjects."""
