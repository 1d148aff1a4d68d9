"""Every setting with its default and what it means, and the settings file that explains them."""

from collections.abc import Sequence

from msgspec import Struct

WIDTH = 44
"""From this column on a setting is explained."""


class Entry(Struct, frozen=True):
    """One setting, as it may stand in the file."""

    name: str
    """With its table: `budget.audit`."""
    value: str
    """Its default as TOML; where it has none, an example."""
    about: str
    unset: str = ""
    """What counts where it is not set and has no default."""

    @property
    def key(self) -> str:
        """Its name within its table."""
        return self.name.rpartition(".")[2]

    @property
    def table(self) -> str:
        """The table that it stands in; empty = none."""
        return self.name.rpartition(".")[0]


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "markets",
        '["BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "ADA/USD", "DOGE/USD", "LTC/USD", "LINK/USD"]',
        "the pairs that are watched, 1 to 50; those of open orders come by themselves",
    ),
    Entry("currency", '"USD"', "what values are reckoned in"),
    Entry("assume_tier", '"pro"', "starter, intermediate or pro", "the exchange is asked"),
    Entry(
        "read_only", "false", "true: nothing is ever cancelled and no key taken over, whatever the key may do"
    ),
    Entry("mouse", "true", "false: the terminal keeps the mouse"),
    Entry("budget.rest_reserve", "3", "points of the REST counter that polls never touch"),
    Entry("budget.cancel_when_points", "0", "what a cancel that waits (w) may cost when it goes, 0 to 8"),
    Entry("budget.audit", "false", "true: the exchange's own trading counter is watched beside ours"),
    Entry("budget.rest_max", "20", "ceiling of the REST counter", "that of the tier"),
    Entry("budget.rest_decay", '"1/3"', "points a second that drain from it", "that of the tier"),
    Entry("budget.engine_max", "180", "ceiling of a pair's trading counter", "as the exchange names it"),
    Entry("budget.engine_decay", "3.75", "points a second that drain from it", "that of the tier"),
    Entry("budget.open_orders", "225", "open orders a pair", "that of the tier"),
    Entry("budget.scheduled_orders", "225", "scheduled orders a pair", "that of the tier"),
    Entry("budget.history_cost", "4", "points of a history call, 4 or 2", "between 2 and 4"),
    Entry("budget.lookup_cost", "1", "points of a lookup in the history, 1 or 2", "1 to 2"),
    Entry("budget.batch_cancel_cost", "1", "REST points of a batch cancel, 0 or 1", "0 to 1"),
    Entry("budget.decay", '"continuous"', '"continuous" or "step"', "both are borne"),
    Entry("budget.edge", '">"', 'refused above the ceiling (">") or already at it (">=")', "both"),
    Entry("budget.capped", "true", "batch cancels count up to the ceiling", "perhaps"),
    Entry("budget.others_window", "300", "seconds for which an act of others may hide a refused one", "300"),
    Entry("network.proxy", '"http://127.0.0.1:3128"', '"none": no proxy', "as the environment says"),
    Entry("network.ca_file", '"/etc/ssl/office.pem"', "certificates trusted beside the machine's", "none"),
)
"""All settings, in the order of the file."""


def template() -> str:
    """Write the settings file that sets nothing and explains everything."""
    lines = [
        "# Settings of krakentui. A line counts once the # before it is gone. Values shown are the defaults,",
        "# or examples where it says what counts unset. Keys and secrets do not belong here.",
        "",
    ]
    table = ""
    for entry in ENTRIES:
        if entry.table != table:
            table = entry.table
            lines += ["", f"[{table}]"]
        unset = f"; unset: {entry.unset}" if entry.unset else ""
        lines += explained(f"# {entry.key} = {entry.value}", entry.about + unset)
    return "\n".join(lines) + "\n"


def explained(setting: str, about: str) -> Sequence[str]:
    """Put what is said of a setting behind it, or above it where it is long."""
    if len(setting) >= WIDTH:
        return (f"# {about}", setting)
    return (f"{setting:<{WIDTH}}# {about}",)
