"""What servers and mailboxes' guards write in people's languages, as tables: not delivered, delayed, please confirm.

Everything is matched against folded text (`wording.plain`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

BOUNCE_SUBJECTS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"undeliver(?:able|ed)\b|non-?deliver(?:y|able)\b|nondelivery|returned (?:e-?)?mail|"
        r"failure notice|failed mail|mail (?:system )?error",
    ),
    (
        "en",
        r"(?:(?:e-?mail|message|mail|permanent|your) )*(?:delivery|"
        r"transport) (?:status )?(?:notification|failure|failed|error|problem|report|has failed|"
        r"warning|delayed|subsystem|incomplete|attempts? failed|unsuccessful|aborted)",
    ),
    (
        "en",
        r"(?:e-?mail|mail|message)s? (?:could|can)(?:not| not) be delivered|mail delivery|"
        r"message (?:delivery )?(?:has )?failed|returned to sender|unable to deliver",
    ),
    (
        "en",
        r"(?:warning|notice): (?:could not send|message \S+ delayed|\S+@\S+ - )|user unknown|"
        r"mail failure|not delivered|message (?:undeliverable|delayed)|delayed mail|"
        r"could not send message",
    ),
    (
        "sl",
        r"nedostavljeno|ni (?:bilo )?(?:mogoče )?dostav|neuspešna dostava|nedostavljivo|"
        r"vrnjen[oa] (?:sporočilo|pošta)|dostava (?:ni uspela|neuspešna)|napaka pri dostavi|"
        r"zakasnjena dostava",
    ),
    (
        "de",
        r"unzustellbar|nicht zugestellt|unzustellbarkeits|zustellung fehlgeschlagen|"
        r"nachricht nicht zustellbar|zustellfehler|zustellung verzögert|nicht zustellbar|rücksendung|"
        r"fehlgeschlagene zustellung",
    ),
    (
        "fr",
        r"non remis|échec de (?:la )?(?:remise|distribution|livraison)|message non (?:distribué|"
        r"délivré|remis)|courrier non distribué|n['’]a pas pu être (?:remis|distribué|livré)|"
        r"remise (?:retardée|différée)|non délivré",
    ),
    (
        "es",
        r"no se (?:pudo|puede|ha podido) entregar|no entregado|correo (?:devuelto|no entregado)|"
        r"error (?:de|en la) entrega|fallo (?:de|en la) entrega|entrega (?:fallida|retrasada)|"
        r"mensaje devuelto|notificación de estado de entrega",
    ),
    (
        "it",
        r"mancato recapito|mancata consegna|non recapitabile|impossibile (?:recapitare|consegnare)|"
        r"errore di (?:consegna|recapito)|consegna (?:non riuscita|ritardata|fallita)|"
        r"posta non recapitata|non consegnato|notifica di mancat",
    ),
    (
        "hr",
        r"nije (?:moguće )?(?:isporuč|dostav)|neisporučen|isporuka nije uspjela|neuspjela (?:isporuka|"
        r"dostava)|neuspješna (?:isporuka|dostava)",
    ),
    ("nl", r"niet bestelbaar|onbestelbaar|kan niet worden bezorgd|bezorging mislukt|niet afgeleverd"),
    ("pt", r"não (?:pôde ser )?entregue|falha na entrega|devolvida|não entregue|impossível entregar"),
    ("pl", r"niedostarcz|nie można dostarczyć|niedoręcz|zwrot"),
    ("ru", r"не доставлено|недоставлен|не удалось доставить|невозможно доставить"),
    ("sv", r"olevererbart|kunde inte levereras|ej levererat"),
    ("da", r"kan ikke leveres|ikke leveret|uleveret"),
    ("hu", r"kézbesíthetetlen|nem kézbesíthető"),
    ("cs", r"nedoručiteln|nedoruč"),
    ("ja", r"配信不能|配信できません|送信エラー|送信できません|エラーメール|配信エラー"),
    ("zh", r"退信|未送达|无法投递|系统退信|未傳遞"),
)
BOUNCE_SUBJECT = re.compile("|".join(f"(?:{words})" for _, words in BOUNCE_SUBJECTS))

# Whole subjects of servers, word for word.
BOUNCE_WHOLE_SUBJECT = re.compile(
    r"^(?:undelivered mail returned to sender|mail delivery failed(?:: returning message to sender)?|failure notice|"
    r"delivery status notification ?\((?:failure|delay|failed|mail system error)\)|"
    r"returned mail: see transcript for details|"
    r"returned mail: (?:user|host) unknown|nondeliverable mail|mail delivery (?:failure|subsystem)|"
    r"mail system error - returned mail|"
    r"undeliverable (?:mail|message)|permanent delivery failure|warning: message \S+ delayed \d+ hours)\W*$"
)

BOUNCE_OPENINGS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"(?:could|can|was|were|has|have|did)(?: ?not|n't) (?:be|been|yet been|"
        r"able to be)? ?(?:delivered|sent|deliver|reach)|unable to (?:deliver|send)|un?deliverable|"
        r"wasn't able to deliver",
    ),
    (
        "en",
        r"(?:delivery|delivering|delevery)(?: (?:of|to|your)[^.]{0,120}?)? (?:has |have |was |"
        r"is )?(?:failed|been delayed|aborted|delayed|not possible)|failed (?:recipient|address|"
        r"permanently|delivery)|delivery (?:errors?|failure|problems?)",
    ),
    (
        "en",
        r"did not reach|following (?:address|recipient)\S* (?:had|has|have|failed|could)|"
        r"permanent (?:fatal )?(?:error|failure)|unknown user|user unknown|no such (?:user|address|"
        r"recipient|mailbox)|mailbox (?:is )?full|over (?:disk )?quota|not been delivered|"
        r"does ?n[o']t exist|returned (?:message|mail|to)|error (?:was |has )?(?:detected|occurred|"
        r"delivering)",
    ),
    (
        "en",
        r"invalid (?:final delivery|recipient|address)|(?:failed|attempt\w*) \d+ (?:times|attempts)|"
        r"account (?:has been|is) (?:disabled|suspended|discontinued)|cannot be delivered|"
        r"mail (?:was )?rejected|rejected (?:your|the|by)|failure reasons?|transcript of session",
    ),
    (
        "sl",
        r"ni (?:bilo |bila )?(?:mogoče |mogoc\S* )?dostav|dostava \S* ?(?:ni uspela|spodletela)|"
        r"ni bilo dostavljeno|poštni predal je poln|naslov ne obstaja",
    ),
    (
        "de",
        r"(?:konnte|kann|wurde)[^.]{0,60} nicht (?:zugestellt|übermittelt|ausgeliefert)|unzustellbar|"
        r"zustellung[^.]{0,60} (?:fehlgeschlagen|verzögert)|nicht zustellbar|postfach (?:ist )?voll",
    ),
    (
        "fr",
        r"n['’](?:a|ont) pas pu être (?:remis|distribué|livré|délivré|envoyé)|"
        r"impossible de (?:remettre|distribuer|délivrer|livrer)|échec de la (?:remise|distribution)|"
        r"adresse (?:inconnue|introuvable)|n'a pu être (?:remis|délivré)",
    ),
    (
        "es",
        r"no (?:se )?(?:pudo|ha podido|puede|pudieron)(?: ser)? entreg|no ha sido entregado|"
        r"error (?:en la|de) entrega|buzón (?:está )?lleno|dirección no (?:existe|encontrada)|"
        r"su mensaje no pudo",
    ),
    (
        "it",
        r"non è stato (?:possibile )?(?:recapitat|consegnat|consegnare|recapitare)|"
        r"impossibile (?:recapitare|consegnare)|casella (?:di posta )?piena|non (?:può|"
        r"ha potuto) essere (?:consegnat|recapitat)",
    ),
    ("hr", r"nije (?:moguće |mogla? biti )?(?:isporuč|dostavlj)|isporuka nije uspjela|sandučić je pun"),
    ("nl", r"kon niet worden (?:afgeleverd|bezorgd)|niet bezorgd"),
    ("pt", r"não (?:pôde|pode|foi possível) (?:ser )?entreg|nao pode ser (?:enviada|entregue)"),
    ("pl", r"nie (?:mogła|można|może|udało się)[^.]{0,30} dostarcz"),
    ("ru", r"не может быть доставлено|не удалось доставить|не было доставлено|не доставлено"),
    ("ja", r"送信できません|配信できません|送信できない|お届けできません|送信に失敗|見つかりません"),
    ("zh", r"无法(?:发送|投递|送达)|被退回|投递失败"),
)
BOUNCE_OPENING = re.compile("|".join(f"(?:{words})" for _, words in BOUNCE_OPENINGS))

# A warning of the server that goes on trying.
DELAY_OPENINGS: Sequence[tuple[str, str]] = (
    (
        "en",
        r"has(?: not yet| been| not) (?:been )?(?:delayed|delivered to all)|has been delayed|"
        r"not yet been delivered|delivery (?:is |has been |"
        r"of your message )?(?:temporarily )?(?:delayed|deferred)|will (?:be retried|"
        r"continue (?:to try|trying)|keep trying|retry|try again)|still (?:be )?(?:trying|attempting)|"
        r"attempts to deliver the message will continue",
    ),
    (
        "en",
        r"this is a warning message only|could not send message for past|(?:delivery|"
        r"transport) (?:status )?notification \(delay\)|delayed \d+ (?:hours|minutes|days)|"
        r"delayed mail|you do not need to resend|delivery attempts will continue|"
        r"no action is required on your part|delay reason",
    ),
    ("sl", r"dostava (?:je |bo )?(?:zakasnjena|odložena)|bomo poskušali znova|še ni bilo dostavljeno"),
    ("de", r"zustellung (?:wurde |ist )?verzögert|noch nicht zugestellt|wird weiterhin versucht|verspätete zustellung"),
    (
        "fr",
        r"(?:remise|livraison|distribution) (?:a été |est )?(?:retardée|différée)|"
        r"n['’]a pas encore été|nouvelles tentatives",
    ),
    (
        "es",
        r"entrega (?:se ha |ha sido |está )?(?:retrasad|demorad|aplazad)|"
        r"aún no (?:se )?ha sido entregado|se seguirá intentando",
    ),
    ("it", r"consegna (?:è stata |è )?(?:ritardata|rinviata|differita)|non è (?:stato )?ancora (?:stato )?consegnat"),
    ("hr", r"isporuka (?:je )?(?:odgođena|kasni)|još nije isporučen"),
)
DELAY_OPENING = re.compile("|".join(f"(?:{words})" for _, words in DELAY_OPENINGS))
GIVEN_UP = re.compile(
    r"(?:ve|have|has) given up|giving up|permanent(?:ly)? (?:error|fail|fatal)|not (?:going to|"
    r"be) (?:try|retried)|no further|failed permanently"
)

CHALLENGES: Sequence[tuple[str, str]] = (
    (
        "en",
        r"(?:confirm|verify|validate|authenticate) (?:that )?(?:your(?:self| e-?mail| message|"
        r" address)|you (?:are|sent))[^.]{0,120}(?:deliver|release|reach|human|spam|inbox|approved)",
    ),
    (
        "en",
        r"(?:your|this) (?:message|e-?mail|mail) (?:is|was|has been|will be) (?:being )?(?:held|"
        r"quarantined|queued|on hold)[^.]{0,120}(?:confirm|verif|reply|click|approv|authentic)",
    ),
    (
        "en",
        r"(?:to (?:complete|confirm) (?:the |this )?(?:delivery|verification))|"
        r"reply to this (?:message|e-?mail) (?:to|so that) (?:confirm|deliver|release)|"
        r"one[- ]time (?:verification|confirmation)[^.]{0,60}(?:sender|mail)|sender (?:verification|"
        r"confirmation) (?:required|needed)",
    ),
    (
        "en",
        r"(?:spam ?arrest|boxtrapper|tagged message delivery agent|choicemail|mailblocks|bluebottle|"
        r"boxbe|sendio|digiportal|qurb|spamlion|usermailverification)",
    ),
    ("sl", r"potrdite (?:svoj naslov|pošiljanje|da ste)[^.]{0,80}(?:dostav|sporočil)|sporočilo čaka na potrditev"),
    (
        "de",
        r"bestätigen sie[^.]{0,80}(?:absender|zustell|nachricht)[^.]{0,60}|ihre (?:nachricht|"
        r"e-?mail) wird zurückgehalten",
    ),
    (
        "fr",
        r"(?:confirme[rz]|valide[rz])[^.]{0,60}(?:votre (?:message|adresse|envoi)|"
        r"que vous êtes)[^.]{0,60}(?:remis|livr|destinataire|robot|spam)|mailinblack",
    ),
    ("es", r"confirm[ae]r?[^.]{0,60}(?:su mensaje|su dirección)[^.]{0,60}(?:entreg|destinatario)"),
    ("it", r"conferm[ai]r?e?[^.]{0,60}(?:il (?:tuo|suo) (?:messaggio|indirizzo))[^.]{0,60}(?:consegn|recapit)"),
    ("hr", r"potvrdite[^.]{0,60}(?:poruk|adres)[^.]{0,60}(?:isporu|dostav)"),
)
CHALLENGE = re.compile("|".join(f"(?:{words})" for _, words in CHALLENGES))
CHALLENGE_SUBJECT = re.compile(
    r"(?:please )?confirm (?:your (?:e-?mail|message)|delivery)|(?:your )?(?:e-?mail|message|"
    r"mail) (?:requires|needs) (?:verification|confirmation)|verification required|"
    r"sender (?:verification|authentication|address verification)|\[?spam ?arrest|boxtrapper|"
    r"challenge|human verification|waiting for (?:your )?confirmation|action required to deliver|"
    r"authentification requise|mailinblack"
)
