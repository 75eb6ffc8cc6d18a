"""What only a newcomer's machine has: the mail that went out, and how the demo's officer signs in."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("mail/", views.mails, name="mails"),
    path("mail/<str:name>/", views.mail, name="mail"),
    path("code/", views.code, name="code"),
]
