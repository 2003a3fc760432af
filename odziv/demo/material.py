"""What the demo sends when the user brings no mail: every kind of link and file that sales mail has."""

from __future__ import annotations

import struct
import zlib

from odziv.compose.importing import FileContent
from odziv.sample.pdf import one_page

SUBJECT = "Ponudba št. 7: vaš novi odziv"

HTML = """\
<!DOCTYPE html>
<html lang="sl"><head><meta charset="utf-8"><title>Ponudba</title>
<style>.call { background: url('https://lipa.example/never-a-link.png') }</style></head>
<body style="font-family: sans-serif">
<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" href="https://lipa.example/mso?a=1&amp;b=2">
<v:textbox>Outlook</v:textbox></v:roundrect><![endif]-->
<p>Pozdravljeni,</p>
<p>tu je <a href="https://lipa.example/ponudba?stranka=7&amp;jezik=sl#cene">ponudba s cenami</a> in
<a href='https://lipa.example/?naslov=https%3A%2F%2Fhrast.example%2F%3Fa%3D1%26b%3D2'>primerjava</a>.
Še več je na <a href="https://čebelar.example/medišče/žlica?q=šipek">čebelar.example</a>
ali v <a href="https://lipa.example/a?x=1&#38;y=2&copy=3">ceniku</a>.</p>
<p><img src="cid:graph@lipa.example" alt="Rast" width="64" height="32"></p>
<p>Pišite na <a href="mailto:ana@lipa.example">ana@lipa.example</a>, pokličite
<a href="tel:+38612345678">01 234 56 78</a> ali <a href="#top">skočite na vrh</a>.</p>
<map name="m"><area shape="rect" coords="0,0,9,9" href="HTTPS://Lipa.example:8443/karta" alt="karta"></map>
<p>Lep pozdrav,<br>Ana</p>
</body></html>
"""


def _graph() -> bytes:
    """A PNG of rising bars, 64 by 32 pixels, in grey."""
    rows = b"".join(
        b"\0" + bytes(0x33 if (x // 8 + 1) * 4 > 32 - y and x % 8 < 6 else 0xFF for x in range(64)) for y in range(32)
    )
    header = struct.pack(">IIBBBBB", 64, 32, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


IMAGES = (FileContent("rast.png", "image/png", _graph(), content_id="graph@lipa.example"),)

FILES = (
    (FileContent("Ponudba št. 7.pdf", "application/pdf", one_page("Ponudba št. 7")), True),
    (FileContent("Splošni pogoji.pdf", "application/pdf", one_page("Splošni pogoji")), False),
)
"""The attachments, each with whether it is followed."""
