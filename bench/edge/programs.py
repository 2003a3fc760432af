"""What recipients' programs send when they fetch an image: whole header sections, but for `Host`."""

from __future__ import annotations

from collections.abc import Sequence

_THUNDERBIRD = """\
User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0
Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5
Accept-Language: sl,en-GB;q=0.7,en;q=0.3
Accept-Encoding: gzip, deflate
Connection: keep-alive
"""
_OUTLOOK = """\
Accept: */*
User-Agent: Mozilla/4.0 (compatible; ms-office; MSOffice 16)
Accept-Encoding: gzip, deflate
Connection: Keep-Alive
"""
_APPLE_MAIL = """\
Accept: image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/*;q=0.8,*/*;q=0.5
Accept-Language: en-GB,en;q=0.9
Connection: keep-alive
Accept-Encoding: gzip, deflate
User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)
"""
_IPHONE = """\
Accept: image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5
Connection: keep-alive
User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148
Accept-Language: sl-SI,sl;q=0.9
Accept-Encoding: gzip, deflate
"""
_GMAIL = """\
Connection: keep-alive
User-Agent: Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)
Accept-Encoding: gzip, deflate, br
"""
_YAHOO = """\
User-Agent: YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html
Accept-Encoding: gzip
Connection: keep-alive
"""
_WEBMAIL = """\
Connection: keep-alive
sec-ch-ua: "Chromium";v="128", "Not;A=Brand";v="24", "Google Chrome";v="128"
sec-ch-ua-mobile: ?0
User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0.0.0 Safari/537.36
sec-ch-ua-platform: "Windows"
Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8
Sec-Fetch-Site: cross-site
Sec-Fetch-Mode: no-cors
Sec-Fetch-Dest: image
Referer: https://webmail.example.net/
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: de-AT,de;q=0.9,en;q=0.8
"""
PROGRAMS = (_THUNDERBIRD, _OUTLOOK, _APPLE_MAIL, _IPHONE, _GMAIL, _YAHOO, _WEBMAIL)


def requests(host: str, paths: Sequence[str], *, strangers: bool = False) -> list[str]:
    """One request for each path, of the programs in turns. With `strangers` no two have the same header section."""
    found = []
    for number, path in enumerate(paths):
        section = f"Host: {host}\n{PROGRAMS[number % len(PROGRAMS)]}"
        if strangers:
            section += f"Via: 1.1 proxy{number}.example\n"
        found.append(f"GET {path} HTTP/1.1\n{section}\n".replace("\n", "\r\n"))
    return found
