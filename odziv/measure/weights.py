"""What each piece of evidence weighs, and where that is known from (J5): the one table that `verdict` adds up.

Points above zero speak for a machine, below zero for a person. A sum of `MACHINE_FROM` and more is a machine's, of
`HUMAN_TO` and less a person's; what lies between is unsure. A person's program alone is worth three points, so one
strong sign outweighs it, a weak one makes the event unsure, and what a machine says of itself settles it.

An organisation may weigh otherwise, within the limits that stand here: whatever it chooses, what is clearly a person's
never becomes a machine's, and what a machine says of itself never becomes a person's (tests hold both).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from odziv.measure import reasons

MACHINE_FROM = 3
HUMAN_TO = -2

Points = Mapping[str, int]
"""For each piece of evidence, a code of `reasons`, what it counts for."""


def _(text: str) -> str:
    """Marks a text that has a translation; see `reasons`."""
    return text


class Weight(NamedTuple):
    """Whole points as they come, the limits of what an organisation may choose, and where the rule was published."""

    points: int
    lowest: int
    highest: int
    source: str


WEIGHTS: Mapping[str, Weight] = {
    # What the program says of itself.
    reasons.HEAD: Weight(
        20, 6, 20, _("RFC 9110, section 9.3.2: it asks for a header only, which shows nobody a picture or page.")
    ),
    reasons.PREFETCH: Weight(
        20, 6, 20, _("The header Sec-Purpose of the Fetch standard; Purpose and X-Moz of older browsers.")
    ),
    reasons.NO_AGENT: Weight(20, 3, 20, _("RFC 9110, section 10.1.5: programs that people use name themselves.")),
    reasons.SCANNER: Weight(20, 3, 20, _("The list crawler-user-agents, and the names of vendors of mail security.")),
    reasons.BOT: Weight(20, 3, 20, _("The lists crawler-user-agents and ua-parser.")),
    reasons.APPLE_PRIVACY: Weight(
        20,
        0,
        20,
        _("Apple and ClickDimensions: Mail Privacy Protection loads pictures in advance as a bare Mozilla/5.0."),
    ),
    reasons.GMAIL_PREFETCH: Weight(
        20, 0, 20, _("Seven vendors of tracking agree: it calls itself Edge/12 with a second Mozilla/5.0.")
    ),
    reasons.HONEYPOT: Weight(20, 12, 20, _("US patent 12489787: a link that nobody can see.")),
    reasons.PERSON_AGENT: Weight(
        -3, -5, -2, _("The list uap-core. It is the ordinary case; scanners borrow such names.")
    ),
    reasons.IMAGE_PROXY: Weight(-3, -5, -2, _("Google: its image proxy fetches when the mail is shown.")),
    reasons.OTHER_PROXY: Weight(
        0, -3, 3, _("Published tests of Yahoo's proxy disagree; of smaller ones there are none.")
    ),
    # How long after the next server had accepted the mail. Scanners click from 10 s to 5 min after.
    reasons.EARLY_CLICK: Weight(
        6, 0, 8, _("suped.com: scanners come in the first seconds to two minutes; Upsales: most within ten.")
    ),
    reasons.SOON_CLICK: Weight(
        3, 0, 4, _("suped.com: doubtful until ten minutes; most scanners are through after five.")
    ),
    reasons.EARLY_OPEN: Weight(2, 0, 4, _("Mautic, BotRatioHelper: one point of three for the first seconds.")),
    reasons.OPENED_BEFORE: Weight(
        -3, -6, -2, _("Our own reasoning: who reads first and clicks then does as people do, and most scanners do not.")
    ),
    # How it hangs together with what else was asked for in this copy.
    reasons.BURST: Weight(
        12, 10, 20, _("Paminga: every link within three seconds. Nobody clicks three links within two seconds.")
    ),
    reasons.ALL_LINKS: Weight(
        9, 6, 20, _("live-direct-marketing.online: Safe Attachments follows every link within ten seconds.")
    ),
    reasons.MANY_LINKS: Weight(
        4, 0, 6, _("Slower than that: three links within ten seconds, or each of them within a minute.")
    ),
    reasons.TWO_AT_ONCE: Weight(6, 0, 12, _("Adobe Marketo: two activities of one person within a second.")),
    reasons.TWO_LINKS: Weight(
        4, 0, 6, _("Adobe Marketo, as above; two tabs can be opened this fast, though few people do.")
    ),
    reasons.REPEATED: Weight(12, 6, 20, _("Our own reasoning: nobody asks for the same ten times within a minute.")),
    reasons.SAME_SOURCE: Weight(
        9, 6, 20, _("US patent 12489787: what else came from an address that showed itself a machine.")
    ),
    reasons.BESIDE_MACHINE: Weight(
        4, 0, 6, _("Our own reasoning: scanners change their address or name while they work.")
    ),
    # Where it came from.
    reasons.SECURITY_NETWORK: Weight(
        5, 0, 12, _("The networks from which vendors of mail security send, by their SPF records.")
    ),
    reasons.CLOUD_NETWORK: Weight(
        3, 0, 4, _("The blocks that hosting companies have registered; people come from there by VPN too.")
    ),
    reasons.TEAM_NETWORK: Weight(
        4, 0, 4, _("Our own reasoning: a hint and no proof; customers share offices and carriers with the team.")
    ),
    # What the same source did with the copies of colleagues.
    reasons.COLLEAGUES: Weight(
        7, 3, 20, _("Our own reasoning: sandboxes and gateways work through the copies of a company together.")
    ),
    reasons.SOME_COLLEAGUES: Weight(
        4, 0, 6, _("Our own reasoning, as above; people of one office share an address and may be quick.")
    ),
    reasons.COLLEAGUES_OPENED: Weight(2, 0, 4, _("Our own reasoning: people of one office read at nine o'clock.")),
    # What shows that a person was there.
    reasons.CONFIRMED: Weight(
        -3, -6, -2, _("Our own reasoning: a person's later event shows that the mail was there to read.")
    ),
    reasons.REPLIED: Weight(-5, -8, -5, _("Our own reasoning: whoever answers has read.")),
}
"""In the order in which reasons of the same weight are told."""

DEFAULTS: Points = {code: weight.points for code, weight in WEIGHTS.items()}


def in_force(adjusted: Mapping[str, Any]) -> Points:
    """The points of an organisation that has adjusted some. What is no whole number, or of a code that does not weigh,
    is passed over; what an older version allowed and this one does not goes to the nearest limit."""
    own = {code: points for code, points in adjusted.items() if code in WEIGHTS and type(points) is int}
    kept = {code: min(max(points, WEIGHTS[code].lowest), WEIGHTS[code].highest) for code, points in own.items()}
    return {**DEFAULTS, **kept} if kept else DEFAULTS


def adjusted(points: Mapping[str, int]) -> dict[str, int]:
    """What differs from the defaults, as it is stored. Raises ValueError for a code that does not weigh, and for points
    beyond its limits."""
    for code, value in points.items():
        weight = WEIGHTS.get(code)
        if weight is None or type(value) is not int or not weight.lowest <= value <= weight.highest:
            raise ValueError(code)
    return {code: points[code] for code in WEIGHTS if code in points and points[code] != DEFAULTS[code]}
