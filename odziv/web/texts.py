"""The texts that scripts show, by the names they use; the page carries them as JSON (`{% ui_texts %}`)."""

from __future__ import annotations

from django.utils.translation import gettext


def texts() -> dict[str, str]:
    """All of them, in the active language. {0} stands for a value."""
    return {
        "added": gettext("{0} added"),
        "added_many": gettext("{0} recipients added"),
        "all_chosen": gettext("All selected: {0}"),
        "chosen": gettext("{0} selected"),
        "close": gettext("Close"),
        "copied": gettext("Copied"),
        "copy_yourself": gettext("It is marked: copy it with Ctrl+C."),
        "key_all": gettext("Select the whole page"),
        "key_choose": gettext("Select the row"),
        "key_choose_range": gettext("Select up to this row"),
        "key_help": gettext("Keyboard shortcuts"),
        "key_next": gettext("Next row"),
        "key_open": gettext("Open the row"),
        "key_previous": gettext("Previous row"),
        "lost_found": gettext("Text of an e-mail was typed here and never saved."),
        "lost_show": gettext("Show it"),
        "more": gettext("{0} more"),
        "no_connection": gettext("No connection to the server. What you typed is still here; try again in a moment."),
        "notifications_off": gettext("This browser shows no notifications."),
        "notifications_on": gettext("Notifications are on in this browser."),
        "notifications_open": gettext("This browser shows notifications while a page of Odziv is open."),
        "nothing_found": gettext("Nothing found"),
        "options": gettext("{0} suggestions; choose with the arrow keys"),
        "remove": gettext("Remove {0}"),
        "removed": gettext("{0} removed"),
        "server_error": gettext("The server could not do that. What you typed is still here; try again."),
        "signed_out": gettext("You are no longer signed in. Sign in in another tab; what you typed is still here."),
        "typed_kept": gettext("What you typed is still here; nothing of it was saved:"),
        "typed_show": gettext("Back to the form, with what I typed"),
        "too_large": gettext("{0} is too large."),
        "undo": gettext("Undo"),
        "undo_failed": gettext("It could not be undone any more."),
        "upload_failed": gettext("{0} could not be uploaded; try again."),
        "wrong_address": gettext("This is not an e-mail address. Double-click to mend it."),
    }
