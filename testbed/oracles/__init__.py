"""What other clients find at a server: the truth that the auditor is held to."""
