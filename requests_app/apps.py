from django.apps import AppConfig


class RequestsApp(AppConfig):
    name = "requests_app"

    def ready(self) -> None:
        """Make the Celery application and every step handler known to this process."""
        import requests_app.housekeeping
        import requests_app.journey  # noqa: F401
