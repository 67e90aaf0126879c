"""What an SBC does as a client: what it offers, what it presents, and whether it verifies whom it talks to."""
