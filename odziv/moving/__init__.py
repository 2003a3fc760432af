"""`odziv migrate-store`: from one machine (SQLite, a folder) to PostgreSQL and a bucket, with all that is kept.

    command.py   what is asked, in which order, what is said meanwhile
    sealed.py    the installation on this machine rests while it is moved, and stays so afterwards
    target.py    the new database: what is there already, its constraints, where we are
    rows.py      a row as both databases have it, and the digest of a table
    tables.py    copy a table and check it
    files.py     copy the files

Whatever ends it, calling it again goes on where it was: each batch is committed together with how far it reaches.
"""
