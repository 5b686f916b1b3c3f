"""Two languages, one set of templates: whatever is said in Chinese is said in English."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from credit_site.localisation import DEFAULT, LOCALES, catalogue_file, negotiate
from credit_site.resources import folder

from tests.conftest import REPOSITORY

TAKEN_AS = [("**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "say": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.loopcontrols", "silent": "false"}}
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def said() -> set[object]:
    sources = (folder("templates"), REPOSITORY / "site" / "credit_site")
    return {
        message
        for source in sources
        for _, _, message, _, _ in extract_from_dir(source, TAKEN_AS, OPTIONS, keywords=KEYWORDS)
    }


@pytest.fixture(params=[locale for locale in LOCALES if locale != DEFAULT])
def translated(request):
    with catalogue_file(request.param).open("rb") as file:
        return {message.id: message for message in read_po(file, locale=request.param) if message.id}


def test_every_sentence_is_translated(translated):
    missing = [one for one in said() if one not in translated or not all(_forms(translated[one].string))]
    assert missing == []


def test_no_translation_is_left_over_or_doubtful(translated):
    assert set(translated) - said() == set()
    assert [one for one, message in translated.items() if message.fuzzy] == []


def test_translations_keep_their_placeholders(translated):
    for one, message in translated.items():
        (first, *_) = _forms(one)
        for form in _forms(message.string):
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(first)), form


async def test_english_pages_hold_no_chinese_sentence_of_ours(client):
    chinese = re.compile("[\u4e00-\u9fff]")
    for path in ("/", "/about", "/nowhere", "/search?q=qqqqxxxx", "/search?q=((("):
        html = (await client.get(path, headers={"accept-language": "en"})).text
        body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
        left = [line for line in body.splitlines() if chinese.search(line) and "“有限公司”" not in line]
        assert left == [], path


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW,en;q=0.8", "zh"),
        ("fr,de;q=0.9", "zh"),
        ("fr,en;q=0.5,zh;q=0.4", "en"),
        ("en;q=0,zh;q=0.1", "zh"),
        ("en;q=nonsense", "zh"),
        ("*", "zh"),
    ],
)
def test_the_browser_is_listened_to(header, locale):
    assert negotiate(header) == locale


def _forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)
