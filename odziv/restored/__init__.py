"""The database is that of yesterday again: nothing that was sent since may leave once more (invariant 2).

    mark.py      the number that a worker keeps beside the database, and which file it is
    notice.py    before mail leaves: is this still the database of a moment ago?
    holding.py   all outgoing mail is held; an administrator decides; the worker lets it go

A restored database does not know what left after the backup was made. It would send that again. So the number in it is
behind the one beside it, or the one beside it is missing, or the server says that these are other tables; then nothing
leaves until somebody has looked.
"""
