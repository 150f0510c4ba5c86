"""JupyterLab finds the Chinese catalog: the panels' by its entry point, the menus' by our bundle."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po
from jupyterlab_server.translation_utils import get_language_pack, translator

from topsdl.serverextension.translation import CATALOGS, DOMAIN, install_catalog

PO = CATALOGS / "zh_CN" / "LC_MESSAGES" / f"{DOMAIN}.po"


@pytest.fixture
def translated() -> tuple[str, str, str]:
    """Context, text and translation of a string in a schema."""
    with open(PO, "rb") as file:
        messages = [message for message in read_po(file) if message.id and message.string]
    if not messages:
        pytest.fail("topsdl.po holds no translation")
    return next((m.context, m.id, m.string) for m in messages if m.context and isinstance(m.id, str))


def test_the_panels_catalog_comes_with_the_language_pack(translated: tuple[str, str, str]) -> None:
    context, text, chinese = translated
    pack, trouble = get_language_pack("zh_CN")
    assert trouble == ""
    assert pack[DOMAIN][""]["language"] == "zh-CN"
    assert pack[DOMAIN][f"{context}\x04{text}"] == [chinese]


def test_the_menus_catalog_is_ours(translated: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    context, text, chinese = translated
    monkeypatch.setattr(translator, "_LOCALE", "en")
    monkeypatch.setattr(translator, "_TRANSLATORS", {})
    install_catalog()
    assert translator.load(DOMAIN).pgettext(context, text) == text
    translator.set_locale("zh_CN")
    assert translator.load(DOMAIN).pgettext(context, text) == chinese
