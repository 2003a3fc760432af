"""How much one message may hold. What is beyond is refused with the figure, and stays with its writer."""

from odziv.environment import ENV

MAX_RECIPIENTS = 500
"""Each gets a copy of their own; more is a mailing, which one sends in portions."""

MAX_LINE = 200_000
"""Characters of one address line: a pasted list of thousands is kept in the draft until it is cut down."""

MAX_SUBJECT = 500
MAX_ATTACHMENTS = 100
MAX_FILE = ENV.upload_limit_mb * 1024 * 1024
"""Bytes of one attachment."""

MAX_BODY = ENV.upload_limit_mb * 1024 * 1024
"""Bytes of the HTML, and of the text, in UTF-8."""

LARGE_COPY = 20 * 1024 * 1024
"""Bytes of a copy on its way, from which on the writer is warned: Gmail takes 25 MB, many companies 20 or less."""

MAX_COPY = 150 * 1024 * 1024
"""Bytes of a copy that is not sent at all: the most that Exchange Online can be set to."""
