"""What a User-Agent says of the program that asked: kind, device, client (E4). Pure and cached.

The kind is decided in this order; the first rule that fits wins:

1. image proxies of mail services, by name (`IMAGE_PROXIES`);
2. security scanners, by name or by a word that only such programs carry (`SCANNER`);
3. programs on the list of crawler-user-agents, and what ua-parser calls a spider: scanners or bots, by their tags;
4. words, addresses and libraries that no mail program or browser names itself by (`BOT`);
5. what is shaped like a mail program or browser (`PERSON`);
6. everything else is a bot: people do not read mail with programs that nobody knows, scripts do.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

import crawleruseragents
from ua_parser import Parser, Result
from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from odziv.ingest.devices import device_of, system_of

PERSON, IMAGE_PROXY, SCANNER, BOT = "human-client", "image-proxy", "scanner", "bot"


class Agent(NamedTuple):
    """`kind`: human-client, image-proxy, scanner, bot. `device`: desktop, phone, tablet, unknown.

    `system` is the name under which people know the device (iPhone, iPad, Android, Windows, Mac, Linux, ChromeOS),
    empty when it cannot be told; `client` a program's name, empty when there is none.
    """

    kind: str
    device: str
    client: str
    system: str = ""


APPLE_PRIVACY = "Apple Mail Privacy Protection"
GMAIL_PREFETCH = "Gmail prefetch"

# Programs of mail services that fetch pictures in place of the reader.
IMAGE_PROXIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Gmail image proxy", re.compile(r"GoogleImageProxy|ggpht\.com")),
    # Fetches as soon as the mail arrives; an Edge 12 that ends in a second Mozilla/5.0 never was a browser.
    (GMAIL_PREFETCH, re.compile(r"Edge/12\.\d+ Mozilla/5\.0$")),
    ("Yahoo Mail proxy", re.compile(r"YahooMailProxy")),
    (APPLE_PRIVACY, re.compile(r"^Mozilla/5\.0$")),
    ("Rambler image proxy", re.compile(r"RamblerMail/.*ImageProxy")),
    ("Seznam image proxy", re.compile(r"SeznamEmailProxy", re.IGNORECASE)),
    ("Mail.ru image proxy", re.compile(r"Mail\.?Ru.*ImageProxy", re.IGNORECASE)),
    ("Image proxy", re.compile(r"(?:Image|Mail|Email)Proxy\b", re.IGNORECASE)),
)

_VENDORS = (
    r"mimecast|proofpoint|barracuda|messagelabs|symantec|trend ?micro|sophos|forti(?:net|guard)|forcepoint|websense|"
    r"ironport|zscaler|bitdefender|cloudmark|fireeye|trellix|vadesecure|spamhaus|netcraft|sucuri|qualys|tenable|nessus|"
    r"nikto|nuclei|shodan|zgrab|masscan|\bnmap\b|leakix|binaryedge|interactsh|\boast\.|\$\{jndi:|stretchoid|palo ?alto|"
    r"expanse|kaspersky lab|virus ?total|phishtank|scmguard|existence discovery|safelinks|defender|lookout(?!\w)|"
    r"hardenize|immuniweb|intruder\.io|securitytrails|onyphe|projectdiscovery|internet-?measurement|alphamountain|"
    r"cisco talos|\bopenvas\b|\bnetsparker\b|\bacunetix\b|odin\.io|bitsight|rapid7|upguard|securityscorecard|easm"
)
_SCANNING = (
    r"(?<![a-z])scan(?:s|ning|ner)?(?![a-z])|scanner|[a-z]Scan(?:ner)?\b|audit|inspect|probe|vulnerab|threat|phish|"
    r"malware|pen-?test|exploit|banner detection|honeypot|attack surface|mapping experiment|recon(?:naissance)?\b|"
    r"cyber(?!fox|dog)|securit(?:y|ies)|\bsec-?(?:check|test|bot)|(?:open|web) ?proxy ?check|proxychecker|"
    r"abuse[ -](?:reports?|contact)|\bcsirt\b|\bcert\b"
)
_SCANNER = re.compile(f"{_VENDORS}|{_SCANNING}", re.IGNORECASE)

# A robot's name, an address to ask at, or a library. Cubot makes phones, bsalsa.com a browser control.
_BOT = re.compile(
    r"(?<!cu)bots?(?![a-z])|robot|crawl|spider|slurp|scrap(?:er|ing|y)|fetch|preview|monitor|check(?:er|link|_)|"
    r"pinger|pingdom|validator|archiver?\b|\bfeeds?\b|\brss\b|subscriber|headless|phantomjs|selenium|puppeteer|playwright|"
    r"webdriver|lighthouse|pagespeed|unfurl|favicon|embedly|facebookexternal|\bcurl\b|nscurl|libcurl|\bwget|python|ruby\b|"
    r"perl\b|\bphp\b|\bjava/|go-http|http-?client|okhttp|\baxios|undici|node-fetch|node\.js|libwww|urllib|aiohttp|guzzle|"
    r"faraday|connectors?\b|translation server|https?://(?!bsalsa)|\bwww\.(?!bsalsa)|[\w.+-]+@[\w-]+\.[a-z]{2,}|"
    r"compatible; ?[\w.+-]+/[\d.]+;? ?\)?$|like Gecko; compatible|[\w-]+-agent\b|link ?check|^Mozilla/5\.0 \(Unknown;",
    re.IGNORECASE,
)

# Mail programs, by the name that they carry; also what the mail was read with.
_MAIL_PROGRAMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Windows Live Mail", re.compile(r"Outlook-Express/|Windows Live Mail")),
    ("Outlook (Mac)", re.compile(r"MacOutlook|^Outlook/[\d.]+ CFNetwork")),
    ("Outlook (iOS)", re.compile(r"Outlook-iOS", re.IGNORECASE)),
    ("Outlook (Android)", re.compile(r"Outlook-Android", re.IGNORECASE)),
    ("Outlook", re.compile(r"Microsoft Outlook|ms-office|MSOffice \d|OutlookMobile|^Microsoft Office/")),
    ("Thunderbird", re.compile(r"Thunderbird|Icedove|Betterbird")),
    ("Postbox", re.compile(r"Postbox/")),
    ("SeaMonkey", re.compile(r"SeaMonkey|Iceape")),
    ("eM Client", re.compile(r"eMClient", re.IGNORECASE)),
    ("BlueMail", re.compile(r"BlueMail/")),
    ("Mailspring", re.compile(r"Mailspring/")),
    ("Mailbird", re.compile(r"Mailbird/")),
    ("Mail Master", re.compile(r"MailMaster")),
    ("MailBar", re.compile(r"MailBar/")),
    ("Airmail", re.compile(r"Airmail")),
    ("Spark", re.compile(r"\bSpark(?:Desktop)?/|readdle", re.IGNORECASE)),
    ("Canary Mail", re.compile(r"CanaryMail|Canary Mail", re.IGNORECASE)),
    ("Newton Mail", re.compile(r"CloudMagic|NewtonMail")),
    ("Foxmail", re.compile(r"Foxmail", re.IGNORECASE)),
    ("The Bat!", re.compile(r"The Bat!")),
    ("Lotus Notes", re.compile(r"Lotus-Notes|HCL-Notes|LotusNotes")),
    ("Evolution", re.compile(r"\bEvolution/")),
    ("KMail", re.compile(r"\bKMail/|Kontact/")),
    ("Claws Mail", re.compile(r"Claws ?Mail", re.IGNORECASE)),
    ("Yahoo Mail", re.compile(r"YahooMobileMail|jp\.co\.yahoo\.ymail|YahooMail/")),
    ("Gmail", re.compile(r"\bGmail/|com\.google\.Gmail|com\.google\.android\.gm")),
    ("Proton Mail", re.compile(r"ProtonMail", re.IGNORECASE)),
    ("Apple Mail", re.compile(r"^(?:Mobile)?Mail/[\d.]+ CFNetwork|AppleMail|Mail/[\d.]+.*Darwin")),
    ("Samsung Email", re.compile(r"SamsungEmail|Samsung Email")),
    ("Nine", re.compile(r"\bNine/\d")),
    ("Superhuman", re.compile(r"Superhuman")),
    ("Mailplane", re.compile(r"Mailplane")),
    ("Polymail", re.compile(r"Polymail")),
    ("Barca", re.compile(r"\bBarca(?:Pro)?/")),
    ("PocoMail", re.compile(r"PocoMail")),
    ("Sparrow", re.compile(r"\bSparrow/")),
)

# Shapes of browsers: a platform together with an engine, or a family of phones that came before them.
_BROWSER = re.compile(
    r"(?=.*(?:Windows|Macintosh|Mac OS|X11|Linux|Android|iP(?:hone|ad|od)|CrOS|BlackBerry|BB10|PlayBook|Symbian|"
    r"Series ?[3-6]0|BeOS|Haiku|OS/2|SunOS|BSD|Wayland|Mobile;|Tablet;|Opera Mobi|Tizen|webOS|KAIOS))"
    r"(?:.*(?:AppleWebKit|Gecko|Trident|MSIE|Presto|KHTML|Goanna|Servo|Firefox/|Opera|Dalvik|CFNetwork|iP(?:hone|ad|od)))"
    r"|^(?:Opera|Dalvik|UCWEB|BlackBerry\w*|Nokia\w*|SonyEricsson\w*|SAMSUNG|SEC-|LGE?-|MOT-|DoCoMo|KDDI|J-PHONE|"
    r"SoftBank|HTC|ZTE|Huawei|Palm|Links|Lynx|w3m|ELinks|Konqueror|NetSurf|Dillo|iCab|Mozilla/[1-4]\.\d+ \[)[\w/ .(-]"
    r"|UCBrowser/|MIDP-\d|CLDC-|\bCFNetwork/.*Darwin/",
    re.IGNORECASE | re.DOTALL,
)

_FAMILIES = {
    "Mobile Safari": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Opera Mobile": "Opera",
    "IE": "Internet Explorer",
    "IE Mobile": "Internet Explorer",
    "Android": "Android Browser",
    "Mobile Safari UI/WKWebView": "Apple Mail",
}


@lru_cache(maxsize=50_000)
def describe(text: str) -> Agent:
    """What a User-Agent (empty when there was none) tells of the program."""
    text = text.strip()
    for name, pattern in IMAGE_PROXIES:
        if pattern.search(text) and "bot" not in text.lower():
            return Agent(IMAGE_PROXY, "unknown", name)
    parsed = _parser().parse(text) if text else None
    kind = _kind(text, parsed)
    client = _client(text, parsed, kind)
    if kind != PERSON:
        return Agent(kind, "unknown", client)
    return Agent(kind, device_of(text), client, system_of(text))


def _kind(text: str, parsed: Result | None) -> str:
    listed = _listed(text)
    if listed == SCANNER or _SCANNER.search(text):
        return SCANNER
    if listed or (parsed and parsed.device and parsed.device.family == "Spider"):
        return BOT
    if any(pattern.search(text) for _name, pattern in _MAIL_PROGRAMS):
        return PERSON
    if _BOT.search(text) or not _BROWSER.search(text):
        return BOT
    return PERSON


def _listed(text: str) -> str:
    """What the list of crawlers makes of the program: scanner, bot, or nothing when it is not on it."""
    if not text or not crawleruseragents.is_crawler(text):
        return ""
    return SCANNER if _listed_scanners().search(text) else BOT


@cache
def _listed_scanners() -> re.Pattern[str]:
    rows = crawleruseragents.CRAWLER_USER_AGENTS_DATA
    return re.compile("|".join(row["pattern"] for row in rows if "scanner" in row.get("tags", ())))


def _client(text: str, parsed: Result | None, kind: str) -> str:
    for name, pattern in _MAIL_PROGRAMS:
        if kind == PERSON and pattern.search(text):
            return name
    family = parsed.user_agent.family if parsed and parsed.user_agent else ""
    if kind == PERSON and "Macintosh" in text and "AppleWebKit" in text and not re.search(r"Safari/|Chrome/", text):
        return "Apple Mail"
    if kind != PERSON and (not family or family in _FAMILIES or family in ("Chrome", "Firefox", "Safari", "Edge")):
        return _own_name(text)
    return _FAMILIES.get(family, family)[:100]


def _own_name(text: str) -> str:
    """The name that a program without a browser's shape gives itself: what stands before its version."""
    inner = re.search(r"compatible; ?([^;/()]+)", text)
    name = inner[1] if inner else re.split(r"[/(;]", text, maxsplit=1)[0]
    return "" if name.startswith("Mozilla") else name.strip()[:100]


@cache
def _parser() -> Parser:
    return Parser(Resolver(load_builtins()))
