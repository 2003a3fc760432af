"""The door for an own mail server: it hands in what arrives for mailboxes of Odziv, by LMTP (RFC 2033, P1)."""
