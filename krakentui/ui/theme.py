"""Our themes: the only Python file with colours in it.

`calm-dark` is the usual one; `plain` speaks the terminal's own 16 colours and serves terminals that
have no more, and `NO_COLOR`, where only bold, dim and reverse are left.
"""

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="calm-dark",
    dark=True,
    primary="#7d9bff",
    secondary="#4c6fb3",
    accent="#9db4ff",
    foreground="#d3dae6",
    background="#0f141b",
    surface="#161d27",
    panel="#1b2430",
    success="#62c08f",
    warning="#e3ad58",
    error="#ec6f80",
    variables={
        "muted": "#8593a8",
        "faint": "#465468",
        "rule": "#344154",
        "head": "#b4c1d6",
        "hot": "#ef8e4e",
        "sure": "#6583dc",
        "doubt": "#56679a",
        "stale": "#69768a",
        "cursor": "#243556",
        "cursor-away": "#1c2636",
        "marked": "#1a2740",
        "badge-text": "#0f141b",
    },
)

LIGHT = Theme(
    name="calm-light",
    dark=False,
    primary="#2f55c8",
    secondary="#53719f",
    accent="#2446a8",
    foreground="#1b2430",
    background="#f6f7f9",
    surface="#e9ecf1",
    panel="#dfe4ec",
    success="#1d7a4b",
    warning="#96610c",
    error="#b3273b",
    variables={
        "muted": "#5a6678",
        "faint": "#a5afbd",
        "rule": "#b8c1ce",
        "head": "#33415a",
        "hot": "#b2500f",
        "sure": "#2f55c8",
        "doubt": "#8ba2dd",
        "stale": "#8a94a3",
        "cursor": "#cbd8f5",
        "cursor-away": "#e2e7f0",
        "marked": "#dde6f8",
        "badge-text": "#f6f7f9",
    },
)

PLAIN = Theme(
    name="plain",
    ansi=True,
    dark=True,
    primary="ansi_bright_blue",
    secondary="ansi_cyan",
    accent="ansi_bright_cyan",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_bright_red",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,  # what Textual's own widgets ask for
        "muted": "ansi_white",
        "faint": "ansi_bright_black",
        "rule": "ansi_bright_black",
        "head": "ansi_white",
        "hot": "ansi_bright_yellow",
        "sure": "ansi_bright_blue",
        "doubt": "ansi_cyan",
        "stale": "ansi_bright_black",
        "cursor": "ansi_default",
        "cursor-away": "ansi_default",
        "marked": "ansi_default",
        "badge-text": "ansi_black",
    },
)

THEMES: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT, PLAIN)}


def theme_for(*, no_color: bool, color_system: str | None, term: str) -> str:
    """Choose the theme a terminal can show; one that does not say what it is gets the usual one."""
    few = color_system in (None, "standard") and bool(term)
    return PLAIN.name if no_color or few else DARK.name
