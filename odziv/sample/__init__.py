"""Sample data: a believable small company, for looking around (O7).

The records are written by `records`, the mail is sent by `compose` and `deliver` to the test mailbox, and what its
recipients did comes in as hits through the spool. Nothing is written into the figures.

    material.py   names, places, letters
    people.py     the organisation and its records
    mail.py       ninety days of mail
    behaviour.py  what people and machines do with it: pure
    replies.py    what comes back for it: pure
    making.py     a row that the worker carries on with
"""

from odziv.sample.making import make_next, progress, start

__all__ = ["make_next", "progress", "start"]
