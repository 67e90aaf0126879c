"""The testbed: every server that live tests, probe tests and benchmarks start, and the certificates they serve.

``servers/`` starts each program in one place; ``fleet`` starts many at once; ``oracles/`` asks them with other clients.
``scripted``, ``peers``, ``uas`` and ``resolver`` are servers written here, for answers that no program gives.
Nothing in it is shipped, and nothing in it asserts anything about the auditor.
"""
