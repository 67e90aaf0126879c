"""Values only: targets, observations, policies, findings and reports."""
