"""`krakentui paths`: where files live."""

import os

from krakentui import log
from krakentui.commands.lines import put
from krakentui.commands.parser import Given
from krakentui.commands.which_key import keys_folder, list_path
from krakentui.settings import config_file, state_folder


def run(given: Given) -> int:
    """Print the folders and files, whether they exist or not."""
    state = state_folder()
    put(f"settings  {config_file(given.config)}")
    put(f"keys      {list_path(given, os.environ)}")
    put(f"key files {keys_folder(given, os.environ)}")
    put(f"state     {state}")
    put(f"log       {given.log_file or state / log.FILE_NAME}")
    return 0
