"""JupyterLab as the browser tests need it: no token to type, galata's helper extension, the app on the page.

Cross-site request checks stay on, as users have them.
"""

from pathlib import Path
from tempfile import mkdtemp

import jupyterlab

c = get_config()  # noqa: F821
c.IdentityProvider.token = ""
c.LabApp.expose_app_in_browser = True
c.LabApp.workspaces_dir = mkdtemp(prefix="topsdl-ui-workspaces-")
c.LabServerApp.extra_labextensions_path = str(Path(jupyterlab.__file__).parent / "galata")
