"""An app that does nothing but redraw a whole screen of numbers eight times a second: the floor."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """A screen of numbers that all change."""

    def compose(self) -> ComposeResult:
        """Show one text."""
        yield Static("ALIVE")

    def on_mount(self) -> None:
        """Begin to count."""
        self.count = 0
        self.set_interval(1 / 8, self.tick)

    def tick(self) -> None:
        """Change every number."""
        self.count += 1
        rows = [f"{self.count + row:>118}" for row in range(34)]
        self.query_one(Static).update("\n".join(["ALIVE", *rows]))


if __name__ == "__main__":
    Bare().run()
