"""Errors whose text is meant to be read."""


class Operational(Exception):
    """Its text is about this installation (its files, servers, settings) and never about a person: logs may have it."""


class PlainError(Operational):
    """Its text is one line for the person at the terminal: what is wrong, and what to do about it."""
