"""Every URL of the product. A new one needs a case in tests/web/test_tenancy.py."""

from django.urls import URLPattern, URLResolver, include, path

from odziv.web.views import language, style

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.account.urls")),
    path("tinymce/", include("tinymce.urls")),
    path("language/", language.choose, name="language"),
    path("style/", style.page, name="style"),
]
