"""A file of accounts, contacts or leads becomes records, all of it or nothing (SPEC R5).

sniff     what a file is: CSV or vCard, its encoding and separator
table     the rows of a CSV, `cards` those of a vCard; streamed, each with the line in which it begins
fields    what a column can be; `guess` takes it from the column's head
values    a row becomes an `Entry`, or says why it cannot
resolve   which entries are new, known or repeated
check     all of that over the whole file, written down for the user's decision
prepare   the rows of the database, made ready beside it; `write` puts them into it in one transaction
undo      what an import made and nobody touched since goes again
run       the worker's job
"""
