"""`krakentui paths`: where files live."""

from krakentui import log
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.settings import config_file, state_folder


def run(given: Given) -> int:
    """Print the folders and files, whether they exist or not."""
    state = state_folder()
    put(f"settings  {config_file(given.config)}")
    put(f"state     {state}")
    put(f"log       {given.log_file or state / log.FILE_NAME}")
    return 0
