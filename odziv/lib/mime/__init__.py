"""Internet messages as bytes: headers (RFC 5322, 2047, 2231, 6532), bodies (RFC 2045, 2046), and how they are joined.

Assembled here and not by the standard library's `email`, for three reasons: the HTML must arrive exactly as it went
in (its policies normalise line ends), Python 3.11's header classes carry line breaks of a re-used header into the
output, and everything but the two bodies has to be made once for a message, however many copies leave.
"""

from odziv.lib.mime.address import MimeError, Person, ascii_domain, needs_utf8, wire_address
from odziv.lib.mime.headers import address_header, header, identifiers, parameters, unstructured
from odziv.lib.mime.letter import FilePart, Letter
from odziv.lib.mime.text import html_body, text_body

__all__ = [
    "FilePart",
    "Letter",
    "MimeError",
    "Person",
    "address_header",
    "ascii_domain",
    "header",
    "html_body",
    "identifiers",
    "needs_utf8",
    "parameters",
    "text_body",
    "unstructured",
    "wire_address",
]
