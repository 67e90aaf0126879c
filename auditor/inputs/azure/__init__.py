"""Exports of Azure, and what they prove of a declared deployment."""
