"""Errors that are said in one line, without a traceback."""


class PlainError(Exception):
    """Its text is one line for the person at the terminal: what is wrong, and what to do about it."""
