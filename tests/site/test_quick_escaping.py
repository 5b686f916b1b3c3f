"""Escaping in haste is escaping all the same."""

import markupsafe
from credit_site.quick_escaping import escaped
from credit_site.results_view import marked
from hypothesis import given
from hypothesis import strategies as st


class Dressed:
    def __html__(self) -> str:
        return "<b>safe</b>"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.text().map(markupsafe.Markup)))
def test_it_equals_markupsafe(value):
    assert escaped(value) == str(markupsafe.escape(value))


def test_what_says_it_is_html_is_left_alone():
    assert escaped(Dressed()) == "<b>safe</b>"


@given(st.lists(st.tuples(st.text(max_size=20), st.booleans()), max_size=8))
def test_only_the_marks_are_markup(pieces):
    html = marked(pieces)
    assert html.replace("<mark>", "").replace("</mark>", "") == markupsafe.escape("".join(text for text, _ in pieces))
    assert html.count("<mark>") == html.count("</mark>") == sum(matched for _, matched in pieces)


async def test_templates_escape_what_they_are_given(app):
    for locale in ("zh", "en"):
        template = app.state.site.templates.template(locale, "search/title.html")
        shown = template.render(search={"q": "<b>&\"'", "page": 1})
        assert "&lt;b&gt;&amp;&#34;&#39;" in shown
        assert "<b>" not in shown
