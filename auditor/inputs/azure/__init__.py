"""Exports of Azure, and what they prove about a declared deployment."""
