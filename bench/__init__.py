"""The benchmarks: the auditor beside sslyze, sslscan, nmap and testssl, against the same servers in the same run."""
