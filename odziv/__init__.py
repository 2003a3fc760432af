"""Odziv: e-mail engagement for sales teams. The flow of one message:

    compose -> instrument -> deliver -> [recipient] -> edge -> ingest -> measure

No stage calls the next one. Each leaves a row (or, at the edge, a record in the spool) and the next finds it, so every
stage can be stopped, restarted, scaled and tested alone. The one exception is `deliver`, which calls `instrument`:
instrumenting is pure, drafts stay clean, and each recipient's copy is instrumented in the moment in which it leaves.

    models/      nouns: what is true
    compose/     a draft becomes a message with one waiting delivery for each recipient
    instrument/  pure: HTML and text + identifiers -> the followed copy
    deliver/     due deliveries: claim, build MIME, SMTP, retry
    ingest/      spool -> interactions
    measure/     interactions -> figures and timeline
    edge/ web/ api/ cli.py   doors: who asks
    lib/         knows nothing of us
"""

__version__ = "0.1.0"
