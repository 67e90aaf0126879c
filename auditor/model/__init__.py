"""Values only: what is audited, what was seen, what is demanded and what came of it."""
