"""The errors of inputs, which are ``auditor.errors``."""

from auditor.errors import SHOWN, InputError, InputErrors, escaped, quoted, suggestion

__all__ = ["SHOWN", "InputError", "InputErrors", "escaped", "quoted", "suggestion"]
