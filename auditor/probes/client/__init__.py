"""The listener that plays the gateway, and what it learns of the clients that connect."""
