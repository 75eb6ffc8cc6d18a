"""Two pages for a newcomer, on a developer's machine only: the mail that the product sent, and the second factor."""

from django.urls import path

from demo import views

app_name = "demo"

urlpatterns = [
    path("mail/", views.mail, name="mail"),
    path("mail/<slug:letter>/", views.letter, name="letter"),
    path("code/", views.code, name="code"),
]
