"""From the spool to the journal: each hit of the edge becomes one interaction, exactly once (SPEC E4, J1, J2).

run     one batch: read, understand, store together with the position in the spool, then empty the spool
agents  pure: User-Agent -> kind of program, device, client
places  network address -> country, city, and the truncated address that may be kept
aside   records that are no hits, kept in a file for a person to look at
"""
