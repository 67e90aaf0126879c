"""Report formats that a program reads, one a file."""
