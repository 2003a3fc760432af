"""Why a server did not deliver, from its answer and its enhanced status code (RFC 3463, RFC 5248), and how bad that is.

*Hard* says that the address is worth no further attempt: nobody has it, its host does not exist, its owner has moved or
its server takes no mail. Everything else is *soft*, whatever its first digit: a 5.7.1 speaks of the sender or the
content, a 5.2.2 of the hour.
"""

from __future__ import annotations

import re
from typing import NamedTuple

HARD, SOFT, DELAYED = "hard", "soft", "delayed"
UNKNOWN = "unknown"


class Reason(NamedTuple):
    """A reason's name, its severity, what servers write of it, and the enhanced codes that say it (without class)."""

    name: str
    severity: str
    wording: re.Pattern[str]
    codes: tuple[str, ...] = ()


def _reason(name: str, severity: str, wording: str, *codes: str) -> Reason:
    return Reason(name, severity, re.compile(wording, re.IGNORECASE), codes)


# In this order: what is more specific stands first. *User unknown* is often said for something else as well.
REASONS: tuple[Reason, ...] = (
    # The program that puts mail into mailboxes; the *no such user* behind it is a group or a host that it looked up.
    _reason(
        "program",
        SOFT,
        r"\b(?:procmail|maildrop|mail\.local|dovecot-lda|deliver): (?:couldn.?t|can.?t|cannot|unable to) "
        r"(?:create|open|write|lock)",
    ),
    _reason(
        "moved",
        HARD,
        r"has (?:been )?moved|address (?:has )?changed|no longer (?:works|employed|with (?:us|"
        r"the company))|user not local; please try|"
        r"destination mailbox has moved|recipient (?:has )?moved|has been replaced by|new e-?mail address is",
        "1.6",
    ),
    _reason(
        "not-accepting",
        HARD,
        r"does not accept (?:any )?(?:mail|email|messages)\b|null ?mx|no smtp service|"
        r"not accept(?:ing)? (?:any )?mail|"
        r"host or domain name not found.{0,40}null|smtp protocol .*? 521|domain .{0,60} does not accept mail|nullmx|"
        # What Postfix made of a null MX (RFC 7505) before it knew of it.
        r"does not accept mail \(nullmx\)|mx or srv record indicated no smtp|"
        r"malformed or unexpected name server reply",
        "1.10",
        "3.2",
    ),
    _reason(
        "sender-rejected",
        SOFT,
        r"(?:domain of )?sender(?:'?s)? (?:address |domain |e-?mail )?(?:\S+ ){0,4}?(?:does not exist|"
        r"not exist|rejected|refused|denied|blocked|invalid|unknown|not found|verify failed|"
        r"verification failed|not allowed)|"
        r"from: domain is invalid|invalid (?:sender|from)|sender not (?:allowed|authorized|found)|"
        r"but sender was rejected|mail from .{0,60}(?:rejected|denied|invalid)|unknown sender|"
        r"envelope sender",
        "1.7",
        "1.8",
    ),
    # Phone companies of Japan say so of mail that their customers' filters refuse (KDDI, without an address; Docomo).
    _reason(
        "filtered", SOFT, r"\b550:? ?: user unknown|recipient preferences|unknown user \S+@\S*(?:docomo|ntt)\S*\.ne\.jp"
    ),
    _reason(
        "rate-limited",
        SOFT,
        r"too (?:many|much) (?:connections|concurrent|messages|recipients|sessions|mails?|requests)|"
        r"rate limit|throttl|sending rate|"
        r"(?:daily|hourly) (?:sending )?(?:limit|quota)|slow down|too fast|receiving mail at a rate|"
        r"concurrent (?:connections|smtp)|"
        r"exceeded .{0,40}(?:connections|messages per|sending limit)|unusual rate|too frequent|"
        r"frequency limited|max defers",
        "7.28",
    ),
    _reason(
        "mailbox-full",
        SOFT,
        r"(?:mail ?box|in ?box|account|user|recipient|disk|storage|mail|folder|"
        r"quota)\S*(?: \S+){0,6}? (?:is |are |has |'s )?(?:full|over ?quota|exceed|over (?:the |its |"
        r"disk |mail |storage )?(?:maximum |allotted )?(?:quota|limit))|"
        r"over ?quota|quota (?:is |has been |was )?(?:exceeded|full|violation)|"
        r"exceed\w* .{0,30}(?:quota|storage|space|mailbox|maximum allowable)|out of (?:disk |"
        r"storage )?space|not enough (?:storage|disk|space)|"
        r"mail ?box (?:size )?(?:limit )?(?:exceeded|full)|"
        r"no space left|insufficient (?:disk|storage|system storage)|space not enough|"
        r"delivery failed: over quota|mailfolder is full|einbox.*voll|postfach.{0,20}voll|"
        r"boîte.{0,30}pleine|buzón.{0,20}lleno|casella.{0,20}piena|mailbox (?:would )?exceed|一杯|満杯|容量",
        "2.2",
    ),
    _reason(
        "closed",
        HARD,
        r"(?:account|mailbox|address)\S*(?: \S+){0,4}? (?:discontinued|terminated|closed|cancelled|"
        r"deleted|removed)\b",
    ),
    _reason(
        "suspended",
        SOFT,
        r"(?:account|mailbox|user|recipient|address|e-?mail|domain)\S*(?: \S+){0,6}? (?:is|has been|"
        r"was|been|are|currently)(?: \S+){0,3}? (?:disabled|suspended|inactive|deactivated|locked|"
        r"blocked|frozen|not active|expired)|"
        r"(?:disabled|suspended|inactive|deactivated|locked|expired) (?:account|mailbox|user|"
        r"recipient)|(?:account|mailbox|user) (?:disabled|inactive|suspended|locked|expired|"
        r"temporarily)|not (?:an )?active user|out of service|受信を制限|mailbox currently suspended|"
        r"temporarily (?:inactive|disabled)|vacationing|is not active|not collected after",
        "2.1",
    ),
    _reason(
        "virus",
        SOFT,
        r"\bvirus\b|infected|malware|trojan|worm found|clamav|ransomware|phishing attempt|dangerous attachment",
    ),
    _reason(
        "authentication",
        SOFT,
        r"\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated (?:e-?mail|mail|sender)|"
        r"authentication (?:checks|required|results)|not authenticated|message was not signed|"
        r"fails? authentication|"
        r"sender (?:id|domain).{0,30}(?:fail|not pass)|unauthori[sz]ed (?:sender|mail)",
        "7.20",
        "7.21",
        "7.22",
        "7.23",
        "7.24",
        "7.26",
        "7.30",
        "7.509",
    ),
    _reason(
        "no-reverse-dns",
        SOFT,
        r"reverse (?:dns|lookup|hostname|ip)|\bptr\b|rdns|cannot (?:find|resolve) your (?:host|"
        r"reverse)|fcrdns|forward-confirmed|no dns (?:a|ptr)|hostname (?:cannot|"
        r"could not) be (?:resolved|found).{0,20}your|cannot find your hostname|does not resolve to|"
        r"client host rejected",
        "7.25",
        "7.27",
    ),
    _reason(
        "spam",
        SOFT,
        r"\bspam|unsolicited|bulk mail|junk mail|spamassassin|spamhaus.{0,20}content|"
        r"content .{0,30}(?:rejected|filter)|message (?:looks|identified) .{0,20}(?:like|as)|"
        r"considered (?:un|as )|"
        r"blacklisted url|suspected of|likely unsolicited|high spam|rejected (?:by|due to|for|"
        r"because).{0,20}(?:content|filter)|cloudmark|barracuda content|message filtered",
    ),
    _reason(
        "blocked",
        SOFT,
        r"\b(?:black|block|deny|s?b)[- ]?list|\brbl\b|dnsbl|spamhaus|spamcop|sorbs|blocked (?:using|"
        r"by|for|due|because|from)|is blocked|has been blocked|poor (?:ip )?reputation|bad reputation|"
        r"reputation|"
        r"(?<!rejected: )access (?:to this mail system )?(?:has been )?denied|banned|your (?:ip|network|server|host|"
        r"mail server|mta|domain)(?: \S+){0,8}? (?:is |has |been |was )+(?:blocked|listed|rejected|"
        r"banned)|connection (?:refused|rejected|dropped) (?:from|due)|"
        r"not (?:allowed|permitted|authorized) to (?:connect|send)|unacceptable.{0,20}(?:host|ip)|"
        r"bad (?:host|helo)|helo (?:command )?rejected|invalid helo|dynamic ip|open relay|dial-?up|"
        r"client (?:host|ip).{0,40}(?:blocked|rejected)|\[IPTS04\]|\[TS0\d\]|"
        r"(?:5\.7\.\d{3,4} .{0,20}(?:access denied|banned))",
        "7.606",
        "7.511",
        "7.51",
    ),
    _reason(
        "too-large",
        SOFT,
        r"(?:message|mail|e-?mail|size|attachment)\S*(?: \S+){0,6}? (?:(?:too (?:big|large)|"
        r"(?<!queue )too long)|exceeds|"
        r"larger than|size limit|maximum (?:message )?size)|(?:exceed\w*|over).{0,30}(?:message|"
        r"mail) size|file too large|too big",
        "3.4",
        "2.3",
    ),
    _reason(
        "relaying",
        SOFT,
        r"relay(?:ing)? (?:\S+ )?(?:denied|not permitted|not allowed|prohibited|access)|"
        r"unable to relay|(?:not|n't|cannot|do not|refuse to) relay|relay(?:ing)? (?:is )?(?:not|"
        r"denied)|no relay|"
        r"rcpthosts|not local.{0,30}gateway|not a gateway|insecure mail relay|relay access",
    ),
    _reason(
        "host-unknown",
        HARD,
        r"\b(?:host|domain|domain name|site)(?: (?!user|recipient|mailbox|account|said|"
        r"550)\S+){0,5}? (?:not found|unknown|does ?n[o']t exist|is invalid|not exist|"
        r"could not be found|unresolvable|unrouteable)|(?:unknown|invalid|bad|no such|nonexistent|"
        r"non-existent) (?:host|domain|site)|no such host|nxdomain|"
        r"couldn'?t find any host|unrouteable (?:mail )?domain|domain does not exist|"
        r"recipient'?s? domain|no route to (?:the )?(?:host|domain)|address lookup failed|"
        r"host unknown|host or domain name not found|mail server for .{0,60}not found|"
        r"mx lookup failure|unresolvable|no mx record|couldn'?t find a(?:ny)? mail exchanger",
        "1.2",
        "4.4",
    ),
    _reason(
        "user-unknown",
        HARD,
        r"(?:user|recipient|mailbox|address|account|addressee|person|alias|customer|userid|user ?name|"
        r"member|e-?mail|destination)\S*(?: \S+){0,7}? (?:unknown|not found|does ?(?:no|n['’])t exist|"
        r"not exist|is invalid|invalid|not known|not listed|doesn'?t exist|undefined|not (?:a )?valid|"
        r"unavailable or not local|not recognized|no longer (?:available|active|valid|exists?|in use)|"
        r"could ?n[o']t be found|wasn.?t found|isn'?t (?:listed|valid|here)|not here|"
        r"disabled or (?:does )?not)|"
        r"(?:unknown|invalid|no such|bad|nonexistent|non-existent|non-active|illegal|incorrect|"
        r"undeliverable|unrouteable|unroutable) (?:\S+ ){0,2}?(?:user|recipient|mailbox|address|"
        r"account|local[- ]?part|addressee|person|destination|userid|alias|member|"
        r"final delivery userid|here)|no (?:valid |such )?(?:mailbox|user|account|recipients?|"
        r"person)(?: \S+){0,3}? (?:here|by that|with that|exists?|for)|"
        r"no (?:mailbox|account|user) (?:here|found|by)|(?:doesn'?t|does not) have an? \S+ account|"
        r"not (?:a )?(?:known|valid|our) (?:user|customer|recipient|mailbox|address)|"
        r"there is no (?:one|user|such|account)|not our customer|recipient (?:address )?rejected(?:$|"
        r"[.,;]|: (?:access denied|user|undeliverable|no such|unknown|mailbox|invalid|recipient))|"
        r"said 550 for rcpt to|"
        r"rejected as undeliverable|5\.1\.0 address rejected|does not like recipient|mailbox unavailable|"
        r"unknown (?:or illegal )?alias|not listed in (?:domino|public|directory)|"
        r"did not exactly match|user unknown|unknown local|valid recipients|"
        r"is not a valid|existiert nicht|unbekannt|inconnu|desconocid|sconosciut|inesistente|nepoznat|"
        r"neznan|ne obstaja|не существует|invalid mailbox|この.{0,20}存在|見つかりません|宛先不明",
        "1.1",
        "1.0",
        "1.3",
        "1.4",
    ),
    _reason(
        "expired",
        SOFT,
        r"(?:been in|on) the queue too long|(?:delivery|message|retry|"
        r"time)\S*(?: \S+){0,4}? (?:expired|time[d ]?out|timeout exceeded)|time ?out|timed out|"
        r"maximum (?:retry|delivery|hop)|multiple retries|could not be delivered (?:for|after)|"
        r"retry time not reached|"
        r"connection (?:timed out|reset|lost)|queue (?:lifetime|time)|"
        r"not been (?:able to be )?delivered .{0,20}(?:hours|days)|after \d+ (?:attempts|tries|hours|"
        r"days)|exceeded maximum delivery attempts|aborted after|deferred|gave up",
        "4.7",
        "4.6",
    ),
    _reason(
        "network",
        SOFT,
        r"connection (?:refused|failed|dropped|closed|lost)|no route|network (?:is )?(?:unreachable|"
        r"error)|wasn'?t able to establish|could ?n[o']t (?:connect|contact)|unable to (?:connect|"
        r"contact)|host (?:is )?(?:down|unreachable)|tls (?:handshake|error|negotiation|required)|"
        r"\bssl\b|\bloop|too many hops|hop count|not responding|no answer from host|dns (?:error|"
        r"failure)|name server|temporary lookup failure|routing (?:error|loop)|"
        r"mail server .{0,20}(?:down|unavailable)",
        "4.1",
        "4.2",
        "4.3",
        "4.4",
        "4.5",
        "4.6",
        "4.0",
    ),
    _reason("syntax", SOFT, r"syntax error|malformed address|may not follow|syntactically"),
    _reason(
        "policy",
        SOFT,
        r"polic(?:y|ies)|not (?:permitted|authorized|allowed)|prohibited|"
        r"administrative(?:ly)? (?:prohibit|reject|denied)|(?:access|permission) denied|moderat|"
        r"restricted|security polic|security reasons|group (?:settings|may not exist)|"
        r"groups\.google\.com/support|you may not have permission|only (?:members|subscribers)|"
        r"closed (?:group|list)|posting (?:is )?(?:denied|not)|sender (?:address )?(?:rejected|denied|"
        r"verify|blocked|refused)|rejected|refused|denied|grey ?list|gray ?list|unacceptable|"
        r"not accept(?:ed)?",
        "7.1",
        "7.0",
        "7.2",
        "7.9",
    ),
    _reason(
        "system",
        SOFT,
        r"(?:system|server|local|internal|mailer|configuration|mail system|ldap|temporary|i/o|disk|"
        r"program|command|script|pipe) .{0,20}(?:error|fail|problem)|service (?:unavailable|"
        r"not available|currently unavailable)|try again later|temporarily|"
        r"can't create (?:user )?output|error while writing|lock failure|exit(?:ed)? (?:status|with|"
        r"code)|command (?:failed|unrecognized|not)|syntax error|protocol error|child process|"
        r"\bdied\b|no such file or directory|couldn.?t create|mailer error",
        "3.0",
        "3.5",
        "5.0",
        "5.1",
        "5.2",
        "5.3",
        "5.4",
        "5.5",
        "5.6",
        "3.3",
    ),
    _reason(
        "content",
        SOFT,
        r"content|attachment|format|header|8bit|charset|conversion|malformed|bare lf|mime",
        "6.0",
        "6.1",
        "6.2",
        "6.3",
        "6.5",
        "6.6",
    ),
)

_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def status_in(text: str) -> str:
    """The first enhanced status code of class 4 or 5 in a text; empty when there is none."""
    return next((match[0] for match in _CODE.finditer(text) if match[1] != "2"), "")


def diagnose(answer: str, status: str, notice: str = "") -> tuple[str, str]:
    """Name and severity of why, from a server's answer in words and an enhanced code; either may be empty. The rest of
    the `notice` is asked where they say nothing in particular.

    The words are believed before the code: servers choose their codes carelessly. What is said to be transient is never
    hard, nor what a server says once it has taken the recipient: then it speaks of the message.
    """
    reason = _named(answer, status)
    if notice and (reason is None or reason.name in _VAGUE):
        reason = next((one for one in REASONS if one.name not in _VAGUE and one.wording.search(notice)), reason)
    if reason is None:
        return UNKNOWN, HARD if not status or (status == "5.0.0" and not answer.strip()) else SOFT
    is_transient = status.startswith("4") or (not status and _TRANSIENT.search(answer))
    if reason.severity == HARD and is_transient:
        return reason.name, SOFT
    speaks_of_mail = _AFTER_DATA.search(answer) or status.startswith("5.7.")
    if reason.name == "user-unknown" and not status.endswith(".1.1") and speaks_of_mail:
        return "filtered", SOFT
    return reason.name, reason.severity


def _named(answer: str, status: str) -> Reason | None:
    worded = next((reason for reason in REASONS if reason.wording.search(answer)), None)
    detail = status.partition(".")[2]
    return worded or next((reason for reason in REASONS if detail in reason.codes), None)


# Their words stand in any notice.
_VAGUE = ("policy", "system", "content")
_TRANSIENT = re.compile(r"try again(?! later\W* \(?#?5)|temporar(?:y|ily)|(?<!\d)4[0-5]\d[ -]4\.", re.IGNORECASE)
_AFTER_DATA = re.compile(r"end of data|reply to (?:end of )?data|>>> (?:data|\.)\s|after data", re.IGNORECASE)
