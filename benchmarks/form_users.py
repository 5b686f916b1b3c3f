"""People who fill in an application as a browser does, for locust; `benchmarks.form_filling` runs them.

The file named by RECORDS holds the numbers of records that can be repaired, one to a line; each is applied for once.
"""

import os
import re
from html import unescape
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Lock

from locust import HttpUser, between, task
from locust.clients import ResponseContextManager
from PIL import Image

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
RECORDS = Path(os.environ["RECORDS"]).read_text(encoding="ascii").split()
NEXT = count()
LOCK = Lock()
PHOTOGRAPH = (3_000, 4_000)  # twelve million pixels, as phones take them
STEPS = {
    "applicant": {"agent_name": "赵某", "mobile": "13800000000"},
    "duty": {"duty_done": "罚款已经缴清，违法行为已经停止。" * 20, "duty_done_on": "2026-06-01"},
    "commitment": dict.fromkeys(("promise_true", "promise_done", "promise_liable", "promise_public"), "yes"),
}
FILLED_IN = re.compile(r'<input id="(applicant_\w+)" name="\w+" value="([^"]*)"')


def filled_in(page: str) -> dict[str, str]:
    """What the form knows beforehand; of a natural person nothing, so somebody types it."""
    found = {name: unescape(text) for name, text in FILLED_IN.findall(page)}
    return found | {"applicant_name": found["applicant_name"] or "钱某"} if found else {}


def scan() -> bytes:
    """A PDF of 300 KB."""
    table = b"xref\n0 1\n0000000000 65535 f \n"
    body = b"%PDF-1.7\n%" + b"a" * 300_000 + b"\n"
    return body + table + b"trailer\n<</Size 1>>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def photograph() -> bytes:
    written = BytesIO()
    Image.radial_gradient("L").resize(PHOTOGRAPH).convert("RGB").save(written, "JPEG", quality=90)
    return written.getvalue()


SCAN, PHOTO = scan(), photograph()


class Applicant(HttpUser):
    """Reads a page, thinks, presses the button, and so on to the receipt; then applies about another record."""

    wait_time = between(float(os.environ.get("THINK_LEAST", "5")), float(os.environ.get("THINK_MOST", "20")))

    @task
    def apply(self) -> None:
        with LOCK:
            at = next(NEXT)
        if at >= len(RECORDS):
            self.environment.runner.quit()
            return
        self.client.cookies.clear()
        record = RECORDS[at]
        page = self._read(f"/record/{record}/repair", "the record")
        page = self._press(f"/record/{record}/repair", page, {}, "begin")
        draft = page.url.partition("?")[0]
        for step, answers in STEPS.items():
            page = self._read(f"{draft}/{step}", "a step")
            self._press(f"{draft}/{step}", page, {**filled_in(page.text), **answers}, "save a step")
        for purpose, name, content, kind in (
            ("proof", "凭证.pdf", SCAN, "upload a PDF"),
            ("letter", "承诺书.jpg", PHOTO, "upload a photograph"),
        ):
            page = self._read(f"{draft}/materials", "the papers")
            self._press(f"{draft}/materials", page, {"purpose": purpose}, kind, {"file": (name, content)})
        page = self._read(f"{draft}/check", "the last page")
        page = self._press(f"{draft}/check", page, {}, "submit")
        assert page.url.endswith("/receipt"), page.url

    def _read(self, address: str, name: str) -> ResponseContextManager:
        self.wait()
        return self.client.get(address, name=f"read: {name}")

    def _press(
        self,
        address: str,
        page: ResponseContextManager,
        answers: dict[str, str],
        name: str,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> ResponseContextManager:
        """Send the form and follow where it leads; the two are told apart, for a browser shows them one by one."""
        self.wait()
        data = {"form_token": TOKEN.findall(page.text)[0], **answers}
        sent = self.client.post(address, data=data, files=files, name=f"press: {name}", allow_redirects=False)
        return self.client.get(sent.headers["location"], name="read: where it leads")
