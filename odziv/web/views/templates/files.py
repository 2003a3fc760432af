"""Files and images that are put into a template: stored at once, kept by the template only when it is saved (T1)."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from odziv.compose import attachments
from odziv.compose.cleaning import content_type, file_name
from odziv.compose.problems import DraftRefused
from odziv.compose.templates.saving import TemplateFile
from odziv.web import access
from odziv.web.template_files import address_of, file_of, shown
from odziv.web.views.compose.files import served

_PLAIN = "text/plain; charset=utf-8"


@access.signed_in
@require_POST
def upload(request: access.SignedRequest) -> HttpResponse:
    """POST file: a line for the grid, which carries its token; with image=1 {"location"}. 422 with a sentence."""
    file = request.FILES.get("file")
    if file is None or file.name is None:
        return HttpResponse(_("There was no file."), status=422, content_type=_PLAIN)
    name = file_name(file.name)
    kind = content_type(file.content_type or "", name)
    is_image = request.GET.get("image") == "1"
    if is_image and not kind.startswith("image/"):
        text = _("“%(name)s” is not an image.") % {"name": name}
        return HttpResponse(text, status=422, content_type=_PLAIN)
    try:
        stored = attachments.stored(request.user.organisation_id, name, file.chunks())
    except DraftRefused as refused:
        return HttpResponse(str(refused), status=422, content_type=_PLAIN)
    made = TemplateFile(stored, name, kind)
    if is_image:
        return JsonResponse({"location": address_of(made)})
    return render(request, "templates/file.html", {"file": shown([made])[0]})


@access.signed_in
@require_safe
def file(request: access.SignedRequest, token: str) -> HttpResponse:
    """The file itself. Nothing in it runs; only images are shown in place."""
    found = file_of(request.user, token)
    return served(found.file, found.name, found.content_type)
