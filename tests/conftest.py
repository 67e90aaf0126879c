"""What holds for all tests."""

import os

from hypothesis import settings

# In CI the same examples every time, so that a change is judged by the change; elsewhere new ones on every run.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
