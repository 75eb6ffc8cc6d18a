from django.apps import AppConfig


class RequestsApp(AppConfig):
    name = "requests_app"

    def ready(self) -> None:
        """Make the Celery application, every step handler, witness and check known to this process."""
        import requests_app.correspondence.warning
        import requests_app.deadlines.checks
        import requests_app.housekeeping
        import requests_app.journey
        import requests_app.officers.witnessing
        import requests_app.vault.checks  # noqa: F401
