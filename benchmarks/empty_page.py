"""What FastAPI, Jinja and uvicorn cost by themselves: a page of twenty rows that nothing was asked for.

Served beside the site in the same run, so that the site's own cost is the difference.
"""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment

PAGE = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{{ q }}</title></head><body>
<ol>{% for row in rows %}<li><a href="/credit/{{ row.uscc }}">{{ row.name }}</a> <span>{{ row.uscc }}</span></li>
{% endfor %}</ol></body></html>"""
ROWS = [{"name": f"霁川示例{number}有限公司", "uscc": f"91629900MA00000{number:03d}"} for number in range(20)]

app = FastAPI(openapi_url=None)
template = Environment(autoescape=True, loader=DictLoader({"page": PAGE})).get_template("page")


@app.get("/search", response_class=HTMLResponse)
async def page(q: str = "") -> HTMLResponse:
    return HTMLResponse(template.render(q=q, rows=ROWS))
