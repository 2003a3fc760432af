"""What each piece of evidence weighs, and where that is known from (J5): the one table that `verdict` adds up.

Points above zero speak for a machine, below zero for a person. A sum of `MACHINE_FROM` and more is a machine's, of
`HUMAN_TO` and less a person's; what lies between is unsure. A person's program alone is worth three points, so one
strong sign outweighs it, a weak one makes the event unsure, and what a machine says of itself settles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from odziv.measure import reasons

MACHINE_FROM = 3.0
HUMAN_TO = -2.0


class Weight(NamedTuple):
    """`source` says where the rule was published, or what was reasoned here."""

    points: float
    source: str


_SETTLES = 20.0

WEIGHTS: Mapping[str, Weight] = {
    # What the program says of itself.
    reasons.HEAD: Weight(_SETTLES, "RFC 9110, 9.3.2: asks for a header only, which shows nobody a picture or page"),
    reasons.PREFETCH: Weight(_SETTLES, "Fetch standard, Sec-Purpose; Purpose and X-Moz of older browsers"),
    reasons.NO_AGENT: Weight(_SETTLES, "every mail program and browser sends a User-Agent"),
    reasons.SCANNER: Weight(_SETTLES, "crawler-user-agents and the names of vendors of mail security"),
    reasons.BOT: Weight(_SETTLES, "crawler-user-agents, ua-parser"),
    reasons.APPLE_PRIVACY: Weight(_SETTLES, "ClickDimensions, adjusted opens: Apple fetches as bare Mozilla/5.0"),
    reasons.GMAIL_PREFETCH: Weight(_SETTLES, "seven trackers agree: Edge/12 with a second Mozilla/5.0"),
    reasons.HONEYPOT: Weight(_SETTLES, "US patent 12489787; a link that nobody can see"),
    reasons.PERSON_AGENT: Weight(-3, "uap-core: an ordinary mail program or browser; scanners borrow its name"),
    reasons.IMAGE_PROXY: Weight(-3, "Google: GoogleImageProxy fetches when the mail is shown"),
    reasons.OTHER_PROXY: Weight(0, "published tests of Yahoo's proxy disagree, of smaller ones there are none"),
    # How long after the next server had accepted the mail. Scanners click from 10 s to 5 min after.
    reasons.EARLY_CLICK: Weight(6, "suped.com: first seconds to 2 min; Upsales: most within 10 min"),
    reasons.SOON_CLICK: Weight(3, "suped.com: needs review until 10 min; most scanners are through after 5"),
    reasons.EARLY_OPEN: Weight(2, "Mautic, BotRatioHelper: one point of three for the first seconds"),
    reasons.OPENED_BEFORE: Weight(-3, "who reads first and clicks then does as people do; most scanners do not"),
    # How it hangs together with what else was asked for in this copy.
    reasons.BURST: Weight(12, "Paminga: every link in 3 s; nobody clicks three links within two seconds"),
    reasons.ALL_LINKS: Weight(9, "live-direct-marketing.online: Safe Attachments follows every link within 10 s"),
    reasons.MANY_LINKS: Weight(4, "slower than the above: three links within 10 s, or each of them within a minute"),
    reasons.TWO_AT_ONCE: Weight(6, "Adobe Marketo: two activities of one person within a second"),
    reasons.TWO_LINKS: Weight(4, "as above; two tabs can be opened this fast, though few people do"),
    reasons.REPEATED: Weight(12, "ten times the same within a minute"),
    reasons.SAME_SOURCE: Weight(9, "US patent 12489787: other events of an address that showed itself a machine"),
    reasons.BESIDE_MACHINE: Weight(4, "scanners change their address or name while they work"),
    # Where it came from.
    reasons.SECURITY_NETWORK: Weight(5, "the networks from which vendors of mail security send, by their SPF records"),
    reasons.CLOUD_NETWORK: Weight(3, "the blocks that hosting companies have registered; people come by VPN too"),
    # What the same source did with the copies of colleagues.
    reasons.COLLEAGUES: Weight(7, "sandboxes and gateways work through the copies of a company together"),
    reasons.SOME_COLLEAGUES: Weight(4, "as above; people of one office share an address and may be quick"),
    reasons.COLLEAGUES_OPENED: Weight(2, "pictures: people of one office read at nine o'clock"),
    # What shows that a person was there.
    reasons.CONFIRMED: Weight(-3, "a person's event from another network came later"),
    reasons.REPLIED: Weight(-5, "whoever answers has read"),
}
"""In the order in which reasons of the same weight are told."""
