"""Permission instead of a password: people let Odziv into their mailbox at Google or Microsoft (OAuth 2.0, O6).

`providers` says where to ask and for what; `consent` leads a person there and takes what comes back; `tokens` keeps
the permission fresh. Everything that can fail is an `OAuthTrouble`, with a reason of `deliver.trouble`.
"""
