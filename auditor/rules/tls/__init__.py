"""Rules about protocol versions, cipher suites, groups and known weaknesses of an endpoint."""
