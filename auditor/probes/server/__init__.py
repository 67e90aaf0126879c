"""The scan of an endpoint: versions, suites, groups, certificates, client authentication, plaintext and weaknesses."""
