"""Signing what is sent (DKIM, D5): the keys of an organisation, their DNS records, and what signs a message."""
