"""The ASGI application that `odziv web` serves."""

import os
from typing import cast

from django.core.asgi import get_asgi_application

from odziv.web.sized import Application, Sized

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "odziv.settings")


def _made() -> Application:
    django = get_asgi_application()
    # Behind it: what is asked here needs Django to be set up.
    from odziv.api.inbound import ROOM
    from odziv.replies.handing import LARGEST
    from odziv.web.probed import Probed

    return Probed(Sized(cast(Application, django), {"/api/inbound/": LARGEST + ROOM}))


application = _made()
