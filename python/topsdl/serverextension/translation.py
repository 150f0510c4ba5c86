"""Lets JupyterLab's server translate the settings, menus and toolbars of this package."""

from __future__ import annotations

import gettext
from pathlib import Path

from jupyterlab_server.translation_utils import TranslationBundle, translator

DOMAIN = "topsdl"
CATALOGS = Path(__file__).parent.parent / "locale"


class OwnCatalog(TranslationBundle):
    """A bundle that reads this package's catalog.

    JupyterLab's own bundle looks into the language pack only, which knows nothing of other packages: the
    panels' strings would come out translated and the menus' would not.
    """

    def update_locale(self, locale_: str) -> None:
        self._locale = locale_
        self._translator = gettext.translation(DOMAIN, localedir=str(CATALOGS), languages=(locale_,), fallback=True)


def install_catalog() -> None:
    """Makes the bundle the one that JupyterLab uses for this package's domain."""
    translator._TRANSLATORS[DOMAIN] = OwnCatalog(DOMAIN, translator._LOCALE)
