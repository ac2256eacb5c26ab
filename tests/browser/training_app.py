"""The tabs Samplers and Train alone, with runs of seconds instead of minutes: for the tests."""

import argparse
from pathlib import Path

from explorer.app import main
from explorer.app.learning import digits
from explorer.app.tabs import samplers, train

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    digits.SHORTEST, digits.FIRST = 3, 3
    main.TABS = (samplers, train)
    page = main.build(main.Context(data=arguments.data))  # nothing is warmed up
    page.queue(max_size=50, api_open=False).launch(server_port=arguments.port, **main.options())
