"""The class of a device and its common name, from a person's User-Agent. No list of models: forms of names."""

from __future__ import annotations

import re

# Puffin ends its version in the system and the class of the device: IP, IT, AP, AT, WD, LD, MD.
_PUFFIN = re.compile(r"Puffin/[\d.]+([A-Z]{2})\b")
_TV = re.compile(
    r"smart-?tv|googletv|apple ?tv|hbbtv|web0s|roku|bravia|crkey|aft[a-z]\b|playstation|xbox|nintendo|android tv|viera",
    re.IGNORECASE,
)
_TABLET_WORD = re.compile(r"\biPad|\btablet\b|FBMD/iPad|Opera Tablet|PlayBook|Kindle|\bSilk/|Nexus (?:7|9|10)\b", re.I)
_PHONE_WORD = re.compile(
    r"iPhone|iPod|\biPh\d|Windows Phone|WPDesktop|IEMobile|Lumia|BlackBerry|BB10|Opera Mobi|Opera Mini|KAIOS|MIDP|CLDC|"
    r"Symbian|Series ?[346]0|UCWEB|BREW|\(Mobile;|^(?:Nokia|SonyEricsson|SAMSUNG|SEC-|LGE?-|MOT-|DoCoMo|KDDI|SoftBank)",
    re.IGNORECASE,
)
_DESKTOP_WORD = re.compile(
    r"\bCrOS\b|Chromebook|Remix (?:Mini|OS|Pro)|Inspiron|\bLaptop\b|ThinkPad|Android-x86|\bPC\b|Windows Subsystem|"
    r"VirtualBox|BlueStacks",
    re.IGNORECASE,
)
# Samsung, Lenovo, Huawei, Amazon and the many that put Pad, Tab or Tablet into the name.
_TABLET_MODEL = re.compile(
    r"\bSM-[TXP]\d|\bGT-[PN][1-9]\d{3}(?<!N7\d{3})(?<!N9\d{3})|\bTB-?[\dX]\w+|\bKF[A-Z]{2,6}\b|"
    r"\bLenovo[ _]?(?:TB|YT|TAB)|"
    r"\bYT-?\w+|\b[A-Z]{3}\d?-[WL](?:09|19|29)\b|\b(?:BAH|AGS|SCM|MRX|DBY|CMR|JDN|SHT|KOB|BTV|VRD)\d?-\w+|"
    r"(?:media|mate|view|i|smart|my|one|you|note|think|fone|e|me|slide)?pad(?![a-z])|(?:\b|[_a-z])tab(?:let)?(?![a-z])|"
    r"\bMI PAD|RedmiPad|\bXOOM\b|\b(?:MID|TAB)[-_ ]?\d|Build/MID\b|"
    r"\bMOMO\d|\bP[78]\d{3}\b|\b[A-Z]?T(?:7|8|10)[0-9][A-Z]?\b|\bM?7(?:0[0-9]|8[0-9]|2[0-9])[A-Z]{1,2}\b",
    re.IGNORECASE,
)
_PHONE_MODEL = re.compile(
    r"\bSM-[AFGJMNSCE]\d|\bSC[GV]\d|\bPixel\b|\bMoto\b|\bXT\d{4}|\bRedmi(?!Pad)|\bONEPLUS|\bCPH\d{4}|\bSO-\d"
)


# The first that fits decides.
_CLASSES = (
    ("unknown", _TV),
    ("tablet", _TABLET_WORD),
    ("desktop", _DESKTOP_WORD),
    ("phone", _PHONE_WORD),
)
_COMPUTER = re.compile(
    r"Windows|Macintosh|Mac OS|X11|Linux|BSD|BeOS|SunOS|Wayland|Darwin|ms-office|MSOffice|Outlook|eMClient|"
    r"Thunderbird|Foxmail|The Bat!|Notes|Postbox|Mailspring"
)


def device_of(text: str) -> str:
    """desktop, phone, tablet, or unknown (television, console, or nothing said)."""
    if puffin := _PUFFIN.search(text):
        return {"P": "phone", "T": "tablet", "D": "desktop"}.get(puffin[1][1], "unknown")
    for name, words in _CLASSES:
        if words.search(text):
            return name
    if "Android" in text or "Dalvik" in text:
        return _android(text)
    if re.search(r"\bMobile\b|Phone|Moto\b", text):
        return "phone"
    return "desktop" if _COMPUTER.search(text) else "unknown"


def _android(text: str) -> str:
    # Chrome and its kin say Mobile on phones and leave it out on tablets (and in "desktop site"); Dalvik, which apps
    # fetch with, never says it.
    if _PHONE_MODEL.search(text):
        return "phone"
    if _TABLET_MODEL.search(text):
        return "tablet"
    return "phone" if re.search(r"Mobile|Dalvik|Outlook-Android", text) else "tablet"


def system_of(text: str) -> str:
    """The name by which people know the device: iPhone, iPad, Android, Windows, Mac, Linux, ChromeOS; or nothing."""
    for name, words in _SYSTEMS:
        if re.search(words, text):
            return name
    return ""


_SYSTEMS = (
    ("iPad", r"iPad|Puffin/[\d.]+IT"),
    ("iPhone", r"iPhone|\biPh\d|Outlook-iOS|Puffin/[\d.]+IP"),
    ("ChromeOS", r"\bCrOS\b|Chromebook"),
    ("Android", r"Android|Dalvik"),
    ("Windows", r"Windows|ms-office|MSOffice|Microsoft Office"),
    ("Mac", r"Macintosh|Mac OS X|Darwin"),
    ("Linux", r"Linux|X11|Wayland"),
)
