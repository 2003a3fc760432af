"""What the composer's scripts say, by the names they use; {0} stands for a value."""

from __future__ import annotations

from django.utils.translation import gettext


def texts() -> dict[str, str]:
    """All of them, in the active language."""
    return {
        "saving": gettext("Saving…"),
        "not_saved": gettext("Not saved"),
        "changed": gettext("Not saved yet"),
        "saved_now": gettext("The draft is saved."),
        "too_large_body": gettext(
            "The text has {0} MB; a message may have {1} MB. It stays in this window, but it cannot be saved: attach "
            "the long part as a file."
        ),
        "too_large_paste": gettext(
            "What you pasted has {0} MB; a message may have {1} MB. It was not put in, and your draft is as it was. "
            "Attach it as a file instead."
        ),
        "too_large_file": gettext(
            "“{0}” is larger than {1} MB. Put it where people can download it, and send the link."
        ),
        "offline": gettext(
            "There is no connection to the server. What you type is kept in this browser; it is saved as soon as the "
            "connection is back."
        ),
        "signed_out": gettext(
            "You are signed out. What you typed is kept in this browser: sign in in another tab, then go on here."
        ),
        "sign_in": gettext("Sign in"),
        "gone": gettext(
            "This e-mail was sent or discarded in another window. What you typed is still here, "
            "and kept in this browser."
        ),
        "stale": gettext(
            "This draft was changed in another window or on another device. What you typed here is not saved yet, "
            "and nothing was overwritten."
        ),
        "compare": gettext("Compare both"),
        "keep_as_new": gettext("Keep it as a new e-mail"),
        "server_error": gettext("The server could not save it. What you typed is kept in this browser; we try again."),
        "restore_found": gettext("There is text of this e-mail from {0} that was never saved."),
        "restore": gettext("Bring it back"),
        "forget": gettext("Throw it away"),
        "retry": gettext("Try again"),
        "dismiss": gettext("Close"),
        "busy": gettext("A file is still on its way. Send the e-mail when it has arrived."),
        "busy_template": gettext("A file is still on its way. Save when it has arrived."),
        "too_long_template": gettext("The text is longer than {0} characters. Attach the long part as a file."),
        "template_inserted": gettext("{0} is inserted."),
        "template_subject_kept": gettext("{0} is inserted; your own subject was kept."),
        "template_missing": gettext("Not known, to be filled in before you send:"),
        "template_failed": gettext("The template could not be inserted; your e-mail is as it was. Try again."),
        "template_taken_out": gettext("The template is taken out again."),
        "template_written_since": gettext(
            "What you changed in the text since then goes with the template. Take it out?"
        ),
        "template_take_out": gettext("Take it out"),
        "sending": gettext("Sending…"),
        "check_bad": gettext("To be mended"),
        "check_warn": gettext("Question"),
        "check_note": gettext("Note"),
        "go_from": gettext("Choose a mailbox"),
        "go_to": gettext("To the recipients"),
        "go_cc": gettext("To the recipients"),
        "go_bcc": gettext("To the recipients"),
        "go_subject": gettext("Write a subject"),
        "go_body": gettext("Show it in the text"),
        "go_attachments": gettext("Attach a file"),
        "go_files": gettext("Manage attachments"),
        "go_regarding": gettext("To the record"),
        "go_following": gettext("To the follow state"),
        "go_delivery": gettext("Change the time"),
        "go_reminder": gettext("Change the reminder"),
        "discard": gettext(
            "What you wrote last could not be saved. Discard it all the same? It cannot be brought back."
        ),
        "discard_verb": gettext("Discard"),
        "cancel_upload": gettext("Stop uploading {0}"),
        "uploaded": gettext("{0} is attached"),
        "follow_link": gettext("Follow this link"),
        "editor_failed": gettext("The editor could not be started; reload the page. Below is the source of the text."),
    }
