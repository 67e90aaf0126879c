"""Rules about the declared deployment: sites, network and connection."""
