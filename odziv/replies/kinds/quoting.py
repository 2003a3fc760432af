"""How mail programs announce a quoted message, in people's languages, as tables.

Languages: English, Slovenian, German, French, Spanish, Italian, Croatian, Bosnian and Serbian, Dutch, Portuguese,
Polish, Czech, Slovak, Swedish, Norwegian, Danish, Finnish, Hungarian, Romanian, Russian, Ukrainian, Bulgarian, Greek,
Turkish, Vietnamese, Chinese, Japanese, Korean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# How the line that announces a quotation begins, and the verb in it: (language, beginnings, verbs).
ATTRIBUTIONS: Sequence[tuple[str, str, str]] = (
    ("en", r"on|at|in a message dated", r"wrote|writes|sent|said|has written|has replied"),
    (
        "sl",
        r"dne|dna|v|ob|na dan|v dneh",
        r"(?:je )?(?:oseba .{1,200} )?(?:na)?pisal(?:[ao]|\(a\)|/-?a|-a)?|je poslal(?:a|\(a\)|/-?a)?|piše",
    ),
    ("de", r"am|von|gesendet am|zitat von", r"schrieb|schreibt|hat geschrieben|geschrieben|hat .{1,200} geschrieben"),
    ("fr", r"le|à|du", r"a écrit|écrit|a ecrit|a envoyé"),
    ("es", r"el|en|con fecha", r"escribió|escribio|ha escrito|escribe|envió"),
    ("it", r"il|il giorno|in data|alle|da", r"ha scritto|scrive|scriveva|ha inviato"),
    (
        "hr",
        r"dana|dne|u|na dan",
        r"(?:je )?(?:korisnik .{1,200} )?(?:na)?pisa(?:o|la)(?:/la|\(la\))?|je napisa(?:o|la)|"
        r"napisao/la|napisao je|piše",
    ),
    ("sr", r"дана|у", r"је написао(?:/ла)?|је написала|пише"),
    ("nl", r"op", r"schreef|het volgende geschreven|heeft .{1,200} geschreven|schreef het volgende"),
    ("pt", r"em|no dia|a", r"escreveu|escreveu o seguinte|enviou"),
    ("pl", r"dnia|w dniu|w dn\.", r"napisana przez .{1,200}|napisał(?:a|\(a\))?|pisze|napisano|pisał(?:a|\(a\))?"),
    ("cs", r"dne|dňa|v", r"napsal(?:a|\(a\))?|napísal(?:a|\(a\))?|píše|odeslal"),
    ("sv", r"den|på|kl\.?", r"skrev|skrev följande|följande"),
    ("fi", r"", r"kirjoitti(?: näin)?"),
    ("hu", r"", r"ezt írta|írta|a következőt írta"),
    ("ro", r"în|pe|la", r"a scris"),
    ("ru", r"в|во", r"писал(?:а|\(а\))?|написал(?:а|\(а\))?|пишет|пользователь .{1,200} написал"),
    ("uk", r"у", r"пише|написав|написала"),
    ("bg", r"на", r"написа"),
    ("el", r"στις|την", r"έγραψε"),
    ("tr", r"tarihinde", r"yazdı|şunu yazdı|şunları yazdı"),
    ("vi", r"vào", r"đã viết"),
    ("zh", r"在|于", r"写道|寫道"),
    ("ja", r"", r"のメッセージ|書きました|wrote"),
    ("ko", r"", r"작성|님이 작성"),
)
BEGINNING = re.compile(
    r"^\W{0,3}(?:(?:" + "|".join(words for _, words, _ in ATTRIBUTIONS if words) + r")\b|\d|[^\W\d]{2,12}[.,]\s)",
    re.IGNORECASE,
)
VERB = re.compile(r"(?<!\w)(?:" + "|".join(words for _, _, words in ATTRIBUTIONS) + r")(?!\w)", re.IGNORECASE)
VERB_AT_END = re.compile(r"(?:" + "|".join(words for _, _, words in ATTRIBUTIONS) + r")\s*[:：]\s*$", re.IGNORECASE)
ADDRESS = re.compile(r"[^\s<>()\[\]@]{1,64}@[^\s<>()\[\],;:]{2,253}")
TIME = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}(?!\d)")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}")
# With a date and an address and nothing to be said: *30. 9. 2017, 18.30, "Jan" <jan@x.example>:*, and Gmail's of old.
BARE = re.compile(r"^\W{0,3}(?:[^\W\d]{1,12}[.,]{1,2} ?)?\d.{3,200}[<(][^\s<>()@]{1,64}@[^\s<>()]{2,253}[>)]\s*:?\s*$")
# Programs that quote in the name of somebody (Horde and others).
QUOTING = re.compile(
    r"^(?:quoting|zitat von|citando|citazione di|citat|cytowanie|citiram|navajam)\b.{2,200}:\s*$", re.IGNORECASE
)
INLINE = re.compile(
    r"\sOn (?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|"
    r"Dec)[a-z]*|\d{1,2})\b.{5,200}\bwrote:\s*$"
)

# Names of fields above a quoted message, by what they say; all languages in one row.
FIELDS: Sequence[tuple[str, str]] = (
    (
        "from",
        r"from|od|von|de|da|van|fra|från|lähettäjä|feladó|de la|от|від|kimden|gönderen|από|expéditeur|"
        r"mittente|remitente|pošiljatelj|šalje|odesílatel|afzender|"
        r"发件人|寄件者|差出人|보낸 ?사람|от кого|nadawca|avsändare|message du|message from",
    ),
    (
        "date",
        r"sent|date|poslano|datum|gesendet|datum der nachricht|envoyé(?: le)?|enviado(?: el)?|fecha|"
        r"inviato|data|verzonden|wysłano|odesláno|odoslané|skickat|"
        r"sendt|lähetetty|päivämäärä|elküldve|dátum|trimis|отправлено|дата|надіслано|tarih|"
        r"gönderme tarihi|gönderildi|ημερομηνία|στάλθηκε|发送时间|日期|傳送時間|送信日時|日付|보낸 ?날짜|"
        r"enviada(?: em)?|dato|prejeto|received|sent at|poslato|datum slanja",
    ),
    (
        "to",
        r"to|za|komu|an|à|a|para|aan|prima|til|till|do|vastaanottaja|címzett|către|кому|kime|alıcı|"
        r"προς|destinataire|destinatario|destinatário|empfänger|prejemnik|收件人|宛先|받는 ?사람|"
        r"dla|per|mottagare",
    ),
    ("cc", r"cc|kp|kopie|copie(?: à)?|copia|kopija|kopia|kopio|másolat|копия|bcc|skp|抄送|副本|참조|kopi|k\.?o\.?"),
    (
        "subject",
        r"subject|zadeva|betreff|objet|asunto|oggetto|onderwerp|temat|předmět|predmet|ämne|emne|aihe|"
        r"tárgy|subiect|тема|konu|θέμα|主题|主旨|件名|제목|assunto|sujet|naslov",
    ),
    (
        "reply-to",
        r"reply-to|odgovori na|antwort an|répondre à|responder a|rispondi a|importance|priority|"
        r"attachments|priloge|organization",
    ),
)
FIELD = re.compile(
    r"^[\s*_>|\u200e\u200f]{0,8}(?:"
    + "|".join(f"(?P<f{at}>{names})" for at, (_, names) in enumerate(FIELDS))
    + r")[*_]{0,2}[\s\xa0]?[:：]",
    re.IGNORECASE,
)

ORIGINAL = re.compile(
    r"^[\s>]{0,4}[-_=*]{2,}\s*(?:original[ -]?(?:message|mail|appointment|e-?mail)|(?:message|mail|"
    r"e-?mail) original|reply message|"
    r"izvirno sporočilo|originalno sporočilo|prvotno sporočilo|ursprüngliche (?:nachricht|mitteilung|"
    r"e-?mail)|original-?nachricht|"
    r"message d['’]origine|message original|mensaje original|messaggio (?:originale|originario)|"
    r"izvorna poruka|originalna poruka|"
    r"oorspronkelijk bericht|origineel bericht|mensagem original|wiadomość oryginalna|"
    r"oryginalna wiadomość|původní (?:zpráva|e-?mail)|pôvodná správa|"
    r"ursprungligt meddelande|originalmeddelande|opprinnelig melding|original meddelelse|"
    r"oprindelig (?:besked|meddelelse)|alkuperäinen viesti|"
    r"eredeti üzenet|mesaj original|исходное сообщение|оригинальное сообщение|original ?messge|"
    r"αρχικό μήνυμα|orijinal (?:mesaj|ileti)|原始邮件|原始郵件|元のメッセージ|원본 메시지)\s*[-_=*]{0,}",
    re.IGNORECASE,
)
FORWARD = re.compile(
    r"^[\s>]{0,4}(?:[-_=*]{2,}\s*(?:(?:forwarded|fwd:?) (?:message|mail|by)|posredovano sporočilo|"
    r"weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|proslijeđena poruka|doorgestuurd bericht|"
    r"mensagem encaminhada|wiadomość przekazana|přeposlaná zpráva|"
    r"vidarebefordrat meddelande|videresendt (?:melding|meddelelse)|továbbított üzenet|"
    r"пересылаемое сообщение|轉寄的郵件|转发的邮件)"
    r"|(?:begin forwarded message|začetek posredovanega sporočila|"
    r"anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:transféré|réexpédié)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato|početak proslijeđene poruke)\s*:)",
    re.IGNORECASE,
)

# What telephones and programs add of their own: how such a line begins, and that it names a device or a program.
ADDED = re.compile(
    r"^[\s<(\[*_>|—-]{0,4}(?:(?:sent|written|typed|composed) (?:from|via|with|by|using|on)|from my|"
    r"get \[?outlook|\w+ from mobile|poslano|pošlji|prenesite outlook|"
    r"(?:von|vom) meine?[mr]|gesendet|diese nachricht wurde|outlook für|envoyé|télécharger outlook|"
    r"enviado|enviada|obtener outlook|inviato|scarica outlook|verzonden|verstuurd|"
    r"wysłan[eoya]|odesláno|odoslané|skickat|sendt|lähetetty|trimis|отправлено|надіслано|στάλθηκε|從我的|"
    r"从我的|发自我的).{0,160}$"
    r"|^.{0,40}(?:gönderildi|から送信|에서 보냄)\W{0,4}$",
    re.IGNORECASE,
)
DEVICE = re.compile(
    r"phone|\bipad\b|\bipod\b|ipad|mobile?\b|mobil|android|blackberry|samsung|galaxy|huawei|xiaomi|"
    r"nokia|htc|tablet|device|gerät|handy|\bcell\b|\bpc\b|windows|outlook|mailbox|"
    r"\bmail\b|airmail|\bspark\b|yahoo|gmail|thunderbird|protonmail|proton mail|hey\.com|superhuman|"
    r"telefon|téléphone|teléfono|móvil|cellulare|smartphone|napra?v|устройства|"
    r"\b(?:my|mojega|moje|mojeg|mog|meinem|meiner|mon|ma|mi|mio|mia|meu|mijn|mojego|mé|min|mitt|мо(?:его|ей))\b",
    re.IGNORECASE,
)
OWN_DEVICE = re.compile(
    r"^\W{0,3}(?:sent from my|poslano (?:z|iz) mojega|von meinem .{1,40} gesendet|gesendet von meinem|"
    r"envoyé (?:de|depuis) mon|enviado desde mi|inviato da(?:l mio)?|"
    r"poslano s mog|verzonden vanaf mijn|verstuurd vanaf mijn|wysłan[eoy]a? z(?: mojego)?|"
    r"skickat från min|sendt fra min|отправлено с) ?.{0,40}(?:phone|ipad|android|samsung|mobil|"
    r"[A-Z0-9]{2}).{0,40}$",
    re.IGNORECASE,
)
DELIMITER = re.compile(r"^\s*(?:[-_=*#~+—–]{2,}|[\u180e\u200bᐧ·]+)\s*$")
LIST_FOOTER = re.compile(
    r"mailing list|mailinglist|unsubscribe|list(?:info|s)\b|/mailman/|groups\.google|google groups|"
    r"you received this (?:message|e-?mail) because|reply to this e-?mail directly|"
    r"odjava|abmelden|désabonner|view it on github|to respond, reply|visit topic",
    re.IGNORECASE,
)
