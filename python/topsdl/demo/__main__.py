"""``python -m topsdl.demo``: the main job; one JSON object on stdout, progress on stderr."""

from __future__ import annotations

import argparse
import json
import sys

from ..client import TopsError, connect
from .job import MainJob, say
from .presets import seed


def main(arguments: list[str] | None = None) -> int:
    """Runs the job. :returns: the exit status: 0 done, 1 not, 130 interrupted"""
    parser = argparse.ArgumentParser(prog="python -m topsdl.demo", description=__doc__)
    parser.add_argument("--data", help="the companion's data directory")
    parser.add_argument("--project", help="the project to work in, the first without it")
    parser.add_argument("--seed", action="store_true", help="only make the public sets")
    options = parser.parse_args(arguments)
    try:
        say("public sets")
        seed(options.data)
        if not options.seed:
            with connect(project=options.project, data_directory=options.data) as tops:
                figures = MainJob(tops).run()
            print(json.dumps(figures, ensure_ascii=False, separators=(",", ":")), flush=True)
    except TopsError as error:
        say(f"topsdl.demo: {error}")
        return 1
    except KeyboardInterrupt:
        say("topsdl.demo: interrupted; what it began goes on")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
