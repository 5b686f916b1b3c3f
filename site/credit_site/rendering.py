"""Templates: one Jinja environment per language, whose fixed sentences are translated while compiling, not per page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.visitor import NodeTransformer

from credit_site.localisation import LANGUAGE_TAGS
from credit_site.quick_escaping import QuickEscaping, escaped


class _Translated(NodeTransformer):
    """Turns `_("…")` of a plain sentence into its translation, a constant of the compiled template."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the name is Jinja's
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str() as sentence)], kwargs=[]):
                return nodes.Const(self._translations.gettext(sentence), lineno=node.lineno)
        return node


class LocaleEnvironment(Environment):
    """An environment that speaks one language. Sentences with `%(names)s` go through gettext when they are shown."""

    code_generator_class = QuickEscaping
    escaped = staticmethod(escaped)

    def __init__(self, folder: Path, locale: str, translations: NullTranslations) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
            autoescape=True,
            auto_reload=False,
            cache_size=-1,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._translations = translations
        self.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # by the extension
        self.globals["locale"] = locale
        self.globals["language_tag"] = LANGUAGE_TAGS[locale]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        translated: nodes.Template = _Translated(self._translations).visit(template)
        return translated


class Templates:
    """Every template of every language, compiled at start so that no reader waits for it."""

    def __init__(self, folder: Path, translations: Mapping[str, NullTranslations], shared: Mapping[str, Any]) -> None:
        self._environments = {
            locale: LocaleEnvironment(folder, locale, translation) for locale, translation in translations.items()
        }
        for environment in self._environments.values():
            environment.globals.update(shared)
            for name in environment.list_templates(extensions=["html"]):
                environment.get_template(name)

    def template(self, locale: str, name: str) -> Template:
        return self._environments[locale].get_template(name)
