"""The inventory and the files that it names."""
