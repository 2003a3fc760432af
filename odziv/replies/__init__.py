"""What comes back: the reading side of mailboxes (P). The only place that speaks IMAP.

`connection.Connection` opens one, lists folders, selects and appends; `server.opened` opens the one of a mailbox.
"""
