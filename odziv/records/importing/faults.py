"""What can be wrong with a file or a row, each with the sentence that the user reads."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class FileTrouble(models.TextChoices):
    """Why a file cannot be read at all. What was read of it so far is not used either."""

    EMPTY = "empty", _("The file is empty.")
    XLSX = (
        "xlsx",
        _("This is a workbook of Excel. In Excel choose Save As > CSV UTF-8, and take the new file."),
    )
    XLS = (
        "xls",
        _("This is a workbook of an old Excel. Open it there, choose Save As > CSV, and take the new file."),
    )
    OTHER = "other", _("This is no CSV and no vCard file, but something else: %(what)s.")
    NO_ROWS = "no-rows", _("There is nothing below the head of the file.")
    NO_CARDS = "no-cards", _("There is no card in this file.")
    COLUMNS = (
        "columns",
        _("The file has %(what)s columns; at most 300 can be read. Take out those that you do not need."),
    )
    ROWS = "rows", _("The file has more than %(what)s rows. Divide it into several files.")
    QUOTE = (
        "quote",
        _("A quotation mark that opens in line %(what)s is never closed, so it is not sure where a row ends. Mend it."),
    )
    LINE = "line", _("Line %(what)s is longer than any row can be. Look whether the file is damaged there.")
    CARD = "card", _("The card that begins in line %(what)s does not end. Look whether the file is complete.")
    GONE = "gone", _("The file is not there any more. Choose it anew.")
    STORE = "store", _("The file store is out of order. Your administrator finds the reason in Settings.")
    CHANGED = "changed", _("Records kept changing while they were to be written. Nothing was written; try again.")
    FAULT = (
        "fault",
        _("Something went wrong that is no fault of yours; the log of the worker has it. Nothing was written."),
    )


class Unreadable(Exception):
    """The file cannot be read; `what` completes the trouble's sentence."""

    def __init__(self, trouble: FileTrouble, what: str = "") -> None:
        super().__init__(trouble.value, what)
        self.trouble = trouble
        self.what = what


class FaultReason(models.TextChoices):
    """Why a row cannot become a record. `field` is the name of the column's field, `value` what stands there."""

    NO_NAME = "no-name", _("There is neither a name nor an e-mail address.")
    EMAIL = "email", _("“%(value)s” is not an e-mail address.")
    PHONE = "phone", _("“%(value)s” is not a phone number.")
    LONG = "long", _("%(field)s is longer than %(value)s characters.")
    MANY = "many", _("%(field)s: there are more than %(value)s.")
    COUNTRY = "country", _("No country is called “%(value)s”.")
    LANGUAGE = "language", _("No language is called “%(value)s”.")
    ZONE = "zone", _("There is no time zone “%(value)s”. One looks like Europe/Ljubljana.")
    WEBSITE = "website", _("“%(value)s” is not a web address.")
    FOLLOW = "follow", _("“%(value)s” says neither yes nor no (%(field)s).")
    STATUS = "status", _("No open or disqualified lead has the status “%(value)s”.")
    OWNER = "owner", _("Nobody here is called “%(value)s”.")
    CELLS = "cells", _("The row has more cells than the head.")
    BYTES = "bytes", _("There are characters that this encoding does not have (%(field)s).")
    NUL = "nul", _("There is a NUL character (%(field)s).")
    REPEATED = "repeated", _("The same as line %(value)s.")


class Fault(NamedTuple):
    """One thing that is wrong with a row."""

    reason: FaultReason
    field: str = ""
    value: str = ""
