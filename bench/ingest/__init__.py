"""`bin/bench ingest`: from the spool to figures, beside bare counting and beside what rivals do.

`run` measures and reports, `copies` gives each measurement a database of its own, `hits` draws what recipients'
programs do, `contenders` are the processes that are measured.
"""
