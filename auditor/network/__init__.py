"""What the inventory and the rules about the declared deployment share: addresses, and Azure's regions."""
