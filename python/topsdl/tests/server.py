"""Jupyter Server with this extension, whose companion is the stand-in. Run as a program by the tests."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_server.serverapp import ServerApp

from topsdl import launcher

if __name__ == "__main__":
    launcher.companion_command = lambda: [sys.executable, str(Path(__file__).with_name("stand_in.py"))]
    ServerApp.launch_instance(sys.argv[1:])
