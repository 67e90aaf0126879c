"""What is declared of sites, network and connection."""
