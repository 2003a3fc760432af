"""What the demo sends when the user brings no mail: every kind of link and file that sales mail has."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

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


@dataclass(frozen=True)
class File:
    """A file of the message. `content_id` marks an image inside of the body."""

    name: str
    content_type: str
    content: bytes
    followed: bool = False
    content_id: str = ""


def files() -> list[File]:
    """One image in the body, one followed and one unfollowed attachment."""
    return [
        File("rast.png", "image/png", _graph(), content_id="graph@lipa.example"),
        File("Ponudba št. 7.pdf", "application/pdf", _pdf("Ponudba st. 7"), followed=True),
        File("Splošni pogoji.pdf", "application/pdf", _pdf("Splosni pogoji")),
    ]


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


def _pdf(title: str) -> bytes:
    """A PDF of one page with one line of text."""
    content = f"BT /F1 24 Tf 72 720 Td ({title}) Tj ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
