"""The certificates an endpoint presents: where they lead, how long they last, whom and what they are for."""
