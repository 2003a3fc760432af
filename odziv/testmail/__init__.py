"""The built-in mail server: takes what organisations send before they have a server of their own, and keeps it.

It delivers to nobody. What it took shows on the page *Test mailbox* as its recipient would see it.
"""
