"""HTML read the way a browser reads it, with offsets, so that a value can be replaced and everything else stays.

A tree cannot be written back byte for byte, so there is no tree here: a `Scanner` finds tags, `attributes` finds the
values inside one tag, and whoever wants a change replaces the text between two offsets. The rules are those of the
WHATWG standard, section 13.2.5 (tokenization); work is linear in the length of the text, whatever the text is.
"""

from odziv.lib.html.attributes import Value, attributes, decode, encode, value_of
from odziv.lib.html.scanner import Scanner, Tag

__all__ = ["Scanner", "Tag", "Value", "attributes", "decode", "encode", "value_of"]
