"""A PDF of one page, for attachments that can be opened."""

from __future__ import annotations

import unicodedata


def one_page(title: str) -> bytes:
    """A page with one line of text; letters that the standard font lacks lose their accents (ISO 32000-1, 9.6.2)."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    line = plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    content = f"BT /F1 20 Tf 60 740 Td ({line}) Tj ET".encode("ascii")
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
