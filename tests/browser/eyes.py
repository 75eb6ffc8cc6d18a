"""Looks at pages as somebody would who needs them to be right."""

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page

from tests.browser import axe


@dataclass
class Eyes:
    """Collects what is wrong with the pages of one browser: axe's findings, sideways scrolling, what the console complains of."""

    page: Page
    wrong: list[str] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)

    def look(self, name: str) -> None:
        self.looked_at.append(name)
        self.wrong += [f"{name}: {finding}" for finding in axe.findings(self.page)]
        wide, screen = self.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide > screen:
            self.wrong.append(f"{name}: scrolls sideways, {wide} px on {screen}")

    def _heard(self, message: ConsoleMessage) -> None:
        # A page that says "not found" or "wrong" by its status is no fault of the page.
        if message.type in {"error", "warning"} and "the server responded with a status" not in message.text:
            self.wrong.append(f"console: {message.text}")
