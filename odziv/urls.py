"""Every URL of the product. A new one needs a case in tests/web/test_tenancy.py."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/", include("allauth.account.urls")),
    path("tinymce/", include("tinymce.urls")),
]
