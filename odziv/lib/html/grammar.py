"""The patterns of tags and attributes: WHATWG HTML, 13.2.5.6 to 13.2.5.40, written so that nothing backtracks.

Each piece can match a given text in one way only (a name ends where no name character follows, an unquoted value where
a space or `>` follows), so a failing match costs no more than a succeeding one. No possessive quantifiers: those of
Python 3.11.2, which Debian 12 ships, are faulty on groups.
"""

import re
from functools import cache

SPACE = r"\t\n\f\r "
# A name may begin with "=", and quotes inside it are ordinary characters (13.2.5.32 and 13.2.5.33).
NAME = rf"(?:=[^{SPACE}/>=]*|[^{SPACE}/>=]+)(?=[{SPACE}/>=])"
VALUE = rf"\"[^\"]*\"|'[^']*'|[^{SPACE}>\"'][^{SPACE}>]*(?=[{SPACE}>])|(?=>)"
# Without the look-ahead an attribute whose quote never closes would be read as one without a value.
ATTRIBUTE = rf"[{SPACE}/]*{NAME}(?:[{SPACE}]*=[{SPACE}]*(?:{VALUE})|(?![{SPACE}]*=))"

TAG_NAME = rf"[a-zA-Z][^{SPACE}/>]*"
# One search per tag: groups are slash, name, attributes; the last group is any other opening that a "<" can have.
# More attributes than 60 are read piece by piece, so that a tag of 25 MB does not need memory for each of them.
OPENING = re.compile(rf"<(?:(/?)({TAG_NAME})((?:{ATTRIBUTE}){{0,60}})[{SPACE}/]*>|([a-zA-Z/!?]))")

TAG_START = re.compile(rf"<(/?)({TAG_NAME})")
MORE_ATTRIBUTES = re.compile(rf"(?:{ATTRIBUTE}){{1,500}}")
TAG_END = re.compile(rf"[{SPACE}/]*>")

# Groups: name; value in double quotes, in single quotes, without quotes (empty where "=" is followed by ">").
ATTRIBUTE_PARTS = re.compile(
    rf"[{SPACE}/]*({NAME})(?:[{SPACE}]*=[{SPACE}]*"
    rf"(?:\"([^\"]*)\"|'([^']*)'|([^{SPACE}>\"'][^{SPACE}>]*(?=[{SPACE}>])|(?=>)))|(?![{SPACE}]*=))"
)

# Names that are no raw elements and open nothing foreign: what most of a message's tags are.
_COMMON = (
    "td tr table tbody p div span br center strong b i em u li ul ol h1 h2 h3 h4 h5 h6 font th small hr blockquote "
    "meta pre code section"
).split()


@cache
def run_without(names: frozenset[str]) -> re.Pattern[str]:
    """Matches text with up to a hundred plainly written tags of common names other than `names`, to pass them at once.

    Where "=" and a double quote directly follow a character of a name, a value begins; the pattern asks for no more
    than that, and leaves every tag that is written in another way to `OPENING`.
    """
    common = [name for name in _COMMON if name not in names]
    name = "|".join([*common, *map(str.upper, common)]) or "(?!)"
    values = rf"(?:[^\"'>=]*(?<![{SPACE}/\"])=\"[^\"]*\"){{0,30}}"
    return re.compile(rf"(?:[^<]*<(?:/(?:{name})>|(?:{name})(?=[{SPACE}/>]){values}[^\"'>=]*>)){{1,100}}")
