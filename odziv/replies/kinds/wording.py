"""What programs write in people's languages, as tables: subjects and opening lines of automatic mail.

A subject counts only in the form in which a program writes it, before a colon or as the whole subject: *Re: Auto-reply
rules for the support desk* is a person's. Everything is matched against folded text (`plain`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# What mail programs put before a subject that is answered or sent on. Languages as in `quoting.py`.
ANSWER = r"(?:(?:re|aw|antw|sv|vs|vb|odp|odg|rv|ref|bls|ynt|ατ|απ|回复|答复|res|r)(?:\[\d+\])?\s*:\s*)"
FORWARD = (
    r"(?:fwd?|wg|wtr|tr|i|rv|enc|vs|vl|vb|pd|prepošlji|posredovano|proslijeđeno|prosl|doorst|továbbítás|转发)\s*:\s*"
)
FORWARDED = re.compile(rf"^{ANSWER}*{FORWARD}", re.IGNORECASE)

# A program's answer: (language, beginnings of a subject; each stands alone or before a colon, a dash or a bracket).
AUTO_SUBJECTS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"(?:ooo|oof)(?=\s*:|\s+re\b)|auto-?respond|"
        r"auto(?:matic|mated)?[ -]?(?:reply|response|responder|respons|answer|email response)",
    ),
    (
        "en",
        r"(?:i am |i'm |currently )?(?:away|out) (?:from|of) (?:the |my )?office(?: (?:auto ?reply|"
        r"reply|message|notification|response))?",
    ),
    (
        "en",
        r"vacation (?:reply|response|message|notice|auto-?reply)|holiday (?:auto-?reply|response|"
        r"message)",
    ),
    (
        "en",
        r"automated message|automatically generated (?:reply|response)|auto:\s*re|auto-?generated (?:reply|response)",
    ),
    (
        "sl",
        r"samodejn[io] odgovor|avtomatsk[io] odgovor|avtomatični odgovor|samodejno sporočilo|"
        r"odsotnost|odsoten|odsotna",
    ),
    (
        "sl",
        r"(?:sem |trenutno )?(?:odsoten|odsotna)(?: z dela)?|odsotnost z dela|"
        r"izven pisarne|nisem v pisarni",
    ),
    (
        "de",
        r"automatische (?:antwort|rückantwort|antwortmail)|auto-?antwort|abwesenheits?(?:notiz|"
        r"nachricht|meldung|assistent|benachrichtigung|info)?",
    ),
    (
        "de",
        r"abwesend|nicht im (?:büro|haus)|außer haus|urlaubs(?:notiz|nachricht|meldung)|"
        r"ich bin (?:nicht im büro|im urlaub|abwesend)",
    ),
    (
        "fr",
        r"réponse automatique|réponse auto|message automatique|absent(?:e)? du bureau|"
        r"absence du bureau|message d['’]absence",
    ),
    ("fr", r"notification d['’]absence|avis d['’]absence|hors du bureau|absence(?=\s*:)"),
    (
        "es",
        r"respuesta automática|auto-?respuesta|respuesta autom[aá]tica|fuera de (?:la )?oficina|"
        r"mensaje automático|ausente",
    ),
    (
        "it",
        r"risposta automatica|autorisposta|fuori (?:sede|ufficio)|assente|messaggio automatico|"
        r"assenza dall['’]ufficio",
    ),
    (
        "hr",
        r"automatski odgovor|automatska poruka|odsutan|odsutna|odsutnost|izvan ureda|van kancelarije|"
        r"na godišnjem(?: odmoru)?",
    ),
    (
        "nl",
        r"automatisch antwoord|afwezigheids(?:bericht|melding)|afwezig(?:heid)?|niet aanwezig|"
        r"buiten kantoor|automatische reactie",
    ),
    ("pt", r"resposta automática|fora do escritório|ausência temporária|mensagem automática|ausente do escritório"),
    ("pl", r"automatyczna odpowiedź|odpowiedź automatyczna|poza biurem|nieobecność|autoodpowiedź|jestem nieobecn[ya]"),
    ("cs", r"automatická odpověď|mimo kancelář|nepřítomnost|automaticka odpoved"),
    ("sk", r"automatická odpoveď|mimo kancelárie|neprítomnosť"),
    ("hu", r"automatikus válasz|házon kívül|irodán kívül|távollét"),
    ("ro", r"răspuns automat|în afara biroului|raspuns automat"),
    ("sv", r"automatiskt? svar|autosvar|frånvaro(?:meddelande)?|frånvarande|ej på kontoret|inte på kontoret"),
    ("no", r"automatisk svar|autosvar|fravær(?:smelding)?|ikke på kontoret|ikke til stede"),
    ("da", r"automatisk svar|autosvar|ikke til stede|fraværs(?:besked|meddelelse)|ikke på kontoret|fravær"),
    ("fi", r"automaattinen vastaus|poissaoloviesti|poissa toimistosta"),
    ("tr", r"otomatik yanıt|otomatik cevap|ofis dışında(?:yım)?"),
    ("el", r"αυτόματη απάντηση|εκτός γραφείου"),
    ("ru", r"автоматический ответ|автоответ(?:чик)?|вне офиса|отсутствую|автоматическое сообщение"),
    ("uk", r"автоматична відповідь|поза офісом"),
    ("zh", r"自动答复|自动回复|自動回覆|自動回應"),
    ("ja", r"自動応答|自動返信|自動回答|不在通知"),
    ("ko", r"자동 회신|자동 응답|부재중"),
)
_END = (
    r"\s*(?:$|[:：\]\)\(–—-]|\s(?:re|aw|auf|bis|until|till|from|vom|von|ab|do|od|jusqu|hasta|fino|du|"
    r"del|dal|tot|to)\b|"
    r"!|\.$)"
)
_WORDS = "|".join(words for _, words in AUTO_SUBJECTS)
AUTO_SUBJECT = re.compile(rf"^{ANSWER}*(?:auto\s*:\s*)?[\[\(\"*]*\s*(?:{_WORDS}){_END}|[\[\(](?:{_WORDS})[\]\)]")
# Being on holiday is what people write of as well; a program says until when.
HOLIDAY_SUBJECT = re.compile(
    rf"^{ANSWER}*(?:on (?:vacation|holiday|leave)|im urlaub|na dopustu|en congés?|en vacances|in ferie|"
    rf"in vacanza|de vacaciones|"
    r"na godišnjem(?: odmoru)?)\s*(?::|[–—-]|\(|until|till|bis|do|jusqu|hasta|fino|from|vom|\d)"
)
# *Jane Doe is out of the office (returning …)*: a name, a verb and nothing else a person would ask.
ABSENT_SUBJECT = re.compile(
    rf"^{ANSWER}*[^:?]{{2,60}} (?:is|will be|am) (?:currently )?(?:out of (?:the )?office|"
    rf"away from (?:the )?office|on vacation|on annual leave)"
    r"|^(?:i am |i'm |i will be )?(?:away|out of (?:the )?office|on (?:annual )?leave|"
    r"on vacation) (?:until|till|from|through|between)\b"
)
# Prefixes that people use as well; a program's when the mail answers another one.
WEAK_AUTO_SUBJECT = re.compile(
    r"^(?:auto|automatic|vacation|holiday|away|absence|urlaub|dopust|ferie|vacaciones|congés?)\s*:"
)

# An opening sentence that only a program writes.
AUTO_OPENINGS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"this is an? (?:automated|automatic|automatically generated|auto-generated|auto) (?:e-?mail |"
        r"mail )?(?:reply|response|message|notification|e-?mail|acknowledge?ment)",
    ),
    (
        "en",
        r"this (?:message|e-?mail|reply|response) (?:was|is|has been) (?:automatically (?:generated|"
        r"sent)|(?:generated|sent) automatically)",
    ),
    (
        "en",
        r"(?:please )?do not (?:reply|respond) to this (?:automated |automatic )?(?:e-?mail|message)|"
        r"you have reached an unmonitored",
    ),
    (
        "en",
        r"this (?:mailbox|inbox|email inbox|e-?mail address|address)(?: \S+@\S+)? is (?:not monitored|"
        r"no longer (?:in use|monitored)|unattended|unmonitored)",
    ),
    (
        "sl",
        r"to je (?:samodejn|avtomatsk|avtomatičn)\w* (?:odgovor|sporočilo|obvestilo)|"
        r"sporočilo je bilo (?:samodejno|avtomatsko)|na to sporočilo ne odgovarjajte",
    ),
    (
        "de",
        r"(?:dies|das) ist eine (?:automatische?|automatisch \w+) (?:antwort|nachricht|e-?mail|"
        r"mitteilung|benachrichtigung)|diese (?:nachricht|e-?mail|antwort) (?:wurde|wird) automatisch",
    ),
    (
        "fr",
        r"ceci est (?:une réponse|un message|un e-?mail|un courriel) (?:automatique|automatisée?|"
        r"généré)|(?:ce message|cet e-?mail|cette réponse) (?:a été|est) (?:généré|"
        r"envoyé)e? automatiquement",
    ),
    (
        "es",
        r"este? es un(?:a)? (?:respuesta|mensaje|correo) automátic[oa]|este (?:mensaje|"
        r"correo) (?:ha sido|fue|se ha) (?:generado|enviado) automáticamente",
    ),
    (
        "it",
        r"questa? è un(?:a)?[ '’](?:risposta|messaggio|e-?mail|email) automatic[oa]|"
        r"questo (?:messaggio|indirizzo) è (?:stato )?generato automaticamente|"
        r"risposta generata automaticamente",
    ),
    ("hr", r"ovo je (?:automatsk\w+|automatski generirana?) (?:odgovor|poruka|obavijest)|ova poruka je automatski"),
)
AUTO_OPENING = re.compile("|".join(f"(?:{words})" for _, words in AUTO_OPENINGS))

READ_SUBJECTS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"read|not read|read receipt|return receipt(?: \(displayed\))?|disposition notification|"
        r"message (?:read|displayed)",
    ),
    ("sl", r"prebrano|ni prebrano|potrdilo o branju|potrdilo o prejemu"),
    ("de", r"gelesen|ungelesen gelöscht|nicht gelesen|lesebestätigung|empfangsbestätigung(?: \(angezeigt\))?"),
    ("fr", r"lu|non lu|accusé de (?:lecture|réception)(?: \(affiché\))?|confirmation de lecture"),
    ("es", r"leído|no leído|acuse de (?:lectura|recibo)|confirmación de lectura"),
    ("it", r"letto|non letto|conferma di lettura|ricevuta di (?:lettura|ritorno)(?: \(visualizzato\))?"),
    ("hr", r"pročitano|nije pročitano|potvrda (?:o )?čitanj[ua]"),
    ("nl", r"gelezen|niet gelezen|leesbevestiging|ontvangstbevestiging"),
    ("pl", r"przeczytano|przeczytane|potwierdzenie (?:przeczytania|odczytu)"),
    ("pt", r"lida|não lida|confirmação de leitura"),
    ("ru", r"прочитано|прочтено|не прочитано|уведомление о прочтении"),
    ("cs", r"přečteno|potvrzení o přečtení"),
    ("sv", r"läst|läskvitto"),
    ("hu", r"elolvasva|olvasási visszaigazolás"),
    ("ja", r"開封済み|開封確認"),
    ("zh", r"已读|已讀"),
)
READ_SUBJECT = re.compile(rf"^(?:{'|'.join(words for _, words in READ_SUBJECTS)})\s*(?::|-\s|$)")


def plain(text: str) -> str:
    """Lower case, one space for each run of white space; typographic apostrophes as plain ones."""
    return " ".join(unicodedata.normalize("NFC", text).lower().replace("’", "'").split())
