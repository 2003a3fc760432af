"""Header fields: encoded, folded, and never more than one line's worth of trouble."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

from odziv.lib.mime.address import MimeError, Person, needs_utf8, plain, wire_address

LINE = 76  # RFC 2047, 2: lines with encoded words are no longer; RFC 5322 itself would take 78
_WORD = 60  # so that the first one still stands behind the field's name
_LONGEST_LINE = 998  # RFC 5322, 2.1.1
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")
_PRINTABLE = re.compile(r"[!-~]+(?: [!-~]+)*")
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+")
_EXTENDED = "!#$&+-.^_`|~"  # attribute-char of RFC 2231 besides letters and digits
_PIECE = 55


def header(name: str, tokens: Iterable[str]) -> bytes:
    """`Name: token token …` with CRLF, folded before a token where the line would become too long.

    Raises MimeError when one token alone is longer than a line may ever be.
    """
    lines, line = [], f"{name}:"
    for number, token in enumerate(tokens):
        if number and len(line.encode()) + 1 + len(token.encode()) > LINE:
            lines.append(line)
            line = f" {token}"
        else:
            line += f" {token}"
    encoded = [one.encode() for one in [*lines, line]]
    if any(len(one) > _LONGEST_LINE for one in encoded):
        raise MimeError(f"a word in {name} is longer than a line of mail may be")
    return b"".join(one + b"\r\n" for one in encoded)


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, such as Subject; encoded words where the text is not plain printable ASCII."""
    text = plain(name, text)
    words = text.split(" ")
    if text == "" or (_PRINTABLE.fullmatch(text) and "=?" not in text and max(map(len, words)) <= _WORD):
        return header(name, words)
    return header(name, encoded_words(text))


def address_header(name: str, people: Sequence[Person], *, utf8: bool = False) -> bytes:
    """A list of addresses. With `utf8`, international local parts stand as they are (RFC 6532).

    Without, such an address cannot stand in a header: it shows as a group without members that is named like it, so
    that everybody else's copy stays a valid message (RFC 6857, 3.1.8).
    """
    tokens: list[str] = []
    for number, person in enumerate(people, 1):
        tokens += _person(name, person, utf8=utf8)
        if number < len(people):
            tokens[-1] += ","
    return header(name, tokens)


def identifiers(name: str, text: str) -> bytes:
    """A field of message identifiers, such as References, from text that holds them in angle brackets."""
    found = re.findall(r"<[!-;=?-~]+>", plain(name, text))
    if not found:
        raise MimeError(f"{name} holds no message identifier")
    return header(name, found)


def parameters(name: str, value: str, named: Mapping[str, str]) -> bytes:
    """A field such as Content-Disposition with parameters, those beyond ASCII or long ones as RFC 2231 says."""
    tokens = [plain(name, value)]
    for key, text in named.items():
        tokens[-1] += ";"
        tokens += _parameter(key, plain(key, text))
    return header(name, tokens)


def encoded_words(text: str) -> list[str]:
    """RFC 2047 words in UTF-8, none ending inside of a character; Q is readable, B where a third needs encoding."""
    raw = text.encode()
    b_encoding = sum(byte not in _Q_SAFE and byte != 32 for byte in raw) * 3 > len(raw)
    room, words, chunk, used = _WORD - len("=?utf-8?q??="), [], "", 0
    for character in text:
        size = len(character.encode()) if b_encoding else len(_q(character))
        if used + size > (room // 4 * 3 if b_encoding else room):
            words.append(_word(chunk, b_encoding))
            chunk, used = "", 0
        chunk, used = chunk + character, used + size
    return [*words, _word(chunk, b_encoding)]


def _word(text: str, b_encoding: bool) -> str:
    if b_encoding:
        return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="
    return f"=?utf-8?q?{_q(text)}?="


def _q(text: str) -> str:
    return "".join("_" if byte == 32 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in text.encode())


def _person(field: str, person: Person, *, utf8: bool) -> list[str]:
    name, address = plain(field, person.name).strip(), wire_address(person.address)
    if needs_utf8(address) and not utf8:
        return [*encoded_words(f"{name} {address}".strip()), ":;"]
    return [*_phrase(name), f"<{address}>"] if name else [address]


def _phrase(text: str) -> list[str]:
    words = text.split(" ")
    if "=?" in text or max(map(len, words)) > _WORD or not re.fullmatch(r"[ -~]*", text):
        return encoded_words(text)
    if all(_ATOM.fullmatch(word) for word in words):
        return words
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return [f'"{escaped}"'] if len(escaped) <= _LONGEST_LINE // 2 else encoded_words(text)


def _parameter(key: str, text: str) -> list[str]:
    if _TOKEN.fullmatch(text) and len(text) <= _WORD:
        return [f"{key}={text}"]
    # A quoted string may hold any printable ASCII; but programs trim white space, and decode what looks like a word.
    if re.fullmatch(r"[ -~]*", text) and text == text.strip() and len(text) <= _WORD and "=?" not in text:
        escaped = re.sub(r'(["\\])', r"\\\1", text)
        return [f'{key}="{escaped}"']
    pieces = [""]
    for character in text:
        encoded = quote(character, safe=_EXTENDED)
        if len(pieces[-1]) + len(encoded) > _PIECE:
            pieces.append("")
        pieces[-1] += encoded
    if len(pieces) == 1:
        return [f"{key}*=utf-8''{pieces[0]}"]
    started = [f"utf-8''{pieces[0]}", *pieces[1:]]
    return [f"{key}*{number}*={piece}{';' if piece is not started[-1] else ''}" for number, piece in enumerate(started)]
