"""Files on their way in and out: kept under what they hold, out of what is served, given to their holder alone."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from credit_records.casework.materials import MOST_BYTES, MOST_MATERIALS
from credit_records.casework.store import FOLDER
from credit_site import forms
from credit_site.application import create_app

from tests.site.casework.applicants import HTMX, token_of
from tests.site.casework.files import jpeg, ofd, pdf, png


@pytest.fixture
def kept(written_settings) -> Path:
    return written_settings.data_dir / FOLDER


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(pdf(), "application/pdf"), (jpeg(), "image/jpeg"), (png(), "image/png"), (ofd(), "application/ofd")],
    ids=["PDF", "JPEG", "PNG", "OFD"],
)
async def test_each_kind_is_taken_whatever_it_is_called(apply, content, media_type):
    applicant = await apply()
    assert (await applicant.upload(content, "看不出.exe")).status_code == 303
    (found,) = applicant.materials
    assert found.media_type == media_type
    assert not found.file_name.endswith(".exe")


async def test_a_file_is_kept_under_its_content_and_for_nobody_else_to_read(apply, kept):
    applicant = await apply()
    await applicant.upload(pdf(b"% once\n"), "一份.pdf")
    (found,) = applicant.materials
    path = kept / found.sha256[:2] / found.sha256[2:]
    assert path.read_bytes() == pdf(b"% once\n")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/x.pdf",
        "..\\..\\x.pdf",
        "/etc/passwd",
        "a\0b.pdf",
        "x\r\nSet-Cookie: a=b.pdf",
        "\u202efdp.exe",
    ],
)
async def test_a_file_name_is_only_ever_shown(apply, kept, name):
    applicant = await apply()
    before = files_in(kept)
    assert (await applicant.upload(pdf(name.encode("utf-8", "replace").replace(b"\n", b"")), name)).status_code == 303
    assert {len(path.name) for path in files_in(kept) - before} == {62}
    (found,) = applicant.materials
    assert "/" not in found.file_name
    assert "\\" not in found.file_name
    answer = await applicant.get(f"/materials/{found.id}")
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_file_is_given_out_as_a_download_that_no_browser_runs(apply):
    applicant = await apply()
    await applicant.upload(pdf(), "凭证.pdf")
    await applicant.upload(png(), "照片.png", purpose="letter")
    document, picture = applicant.materials
    for found in (document, picture):
        answer = await applicant.get(f"/materials/{found.id}")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == found.media_type
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
    assert (await applicant.get(f"/materials/{picture.id}?view=1")).headers["content-disposition"].startswith("inline")
    assert (await applicant.get(f"/materials/{document.id}?view=1")).headers["content-disposition"].startswith("attach")


async def test_a_file_is_given_to_nobody_but_its_holder(apply, browser):
    applicant, other = await apply(), await apply("objection")
    await applicant.upload(pdf())
    (found,) = applicant.materials
    assert (await other.get(f"/materials/{found.id}")).status_code == 404
    assert (await browser().get(f"{applicant.address}/materials/{found.id}")).status_code == 404
    assert (await other.post(f"/materials/{found.id}/remove")).status_code == 303
    assert applicant.materials == [found]


async def test_nothing_of_the_store_is_served(apply):
    applicant = await apply()
    await applicant.upload(pdf())
    (found,) = applicant.materials
    for path in (f"/materials/{found.sha256}", f"/static/../{FOLDER}/{found.sha256[:2]}/{found.sha256[2:]}"):
        assert (await applicant.client.get(path)).status_code == 404


async def test_there_may_be_five_and_one_may_be_put_in_anothers_place(apply):
    applicant = await apply()
    for number in range(MOST_MATERIALS):
        assert (await applicant.upload(pdf(b"%%%d\n" % number))).status_code == 303
    refused = await applicant.upload(pdf(b"% one more\n"))
    assert refused.status_code == 409
    assert 'role="alert"' in refused.text
    await applicant.post(f"/materials/{applicant.materials[0].id}/remove")
    assert (await applicant.upload(pdf(b"% one more\n"))).status_code == 303
    assert len(applicant.materials) == MOST_MATERIALS


async def test_ten_thousand_small_files_are_not_taken(apply, kept):
    applicant = await apply()
    before = len(files_in(kept))
    token = token_of(await applicant.get("/materials"))
    address, data = f"{applicant.address}/materials", {"form_token": token, "purpose": "proof"}
    small = [{"file": ("a.pdf", pdf(b"%%%d\n" % number))} for number in range(60)]
    statuses = [(await applicant.client.post(address, data=data, files=files)).status_code for files in small]
    assert statuses[:MOST_MATERIALS] == [303] * MOST_MATERIALS
    assert set(statuses[MOST_MATERIALS:40]) == {409}
    assert set(statuses[40:]) == {429}
    assert len(files_in(kept)) - before <= 40
    many = {f"file{number}": ("a.pdf", pdf()) for number in range(200)}
    answer = await applicant.client.post(f"{applicant.address}/materials", data={"form_token": token}, files=many)
    assert answer.status_code == 400


async def test_too_large_a_file_is_turned_away_while_it_comes(apply, kept):
    applicant = await apply()
    before = files_in(kept)
    refused = await applicant.upload(pdf(b"%" + b"a" * MOST_BYTES + b"\n"))
    assert refused.status_code == 413
    assert "10 MB" in refused.text

    async def endless():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
        for _ in range(30):
            yield b"a" * 1_000_000

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await applicant.client.post(f"{applicant.address}/materials", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert files_in(kept) == before


async def test_a_body_that_stops_coming_is_given_up(apply, monkeypatch):
    applicant = await apply()
    monkeypatch.setattr(forms, "SILENCE_SECONDS", 0.05)

    async def slow():
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-'
        await asyncio.Event().wait()

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await applicant.client.post(f"{applicant.address}/materials", content=slow(), headers=headers)
    assert answer.status_code == 408
    assert "没有传完" in answer.text


@pytest.mark.parametrize(
    ("content", "name", "purpose", "field"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "proof", "file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "proof", "file"),
        (b"", "a.pdf", "proof", "file"),
        (pdf(), "", "proof", "file"),
        (pdf(), "a.pdf", "", "purpose"),
        (pdf(), "a.pdf", "no such paper", "file"),
    ],
)
async def test_why_a_file_is_not_taken_is_said_in_place(apply, content, name, purpose, field):
    applicant = await apply()
    answer = await applicant.upload(content, name, purpose)
    assert answer.status_code in (409, 422)
    assert f'<a href="#{field}"' in answer.text
    assert f'id="fault-{field}"' in answer.text
    assert applicant.materials == []


async def test_htmx_is_led_on_by_its_header_and_shown_faults_in_place(apply):
    applicant = await apply()
    good = await applicant.upload(pdf(), **HTMX)
    assert good.headers["hx-redirect"] == f"{applicant.address}/materials"
    bad = await applicant.upload(b"no", **HTMX)
    assert bad.status_code == 422
    assert "<html" not in bad.text


async def test_a_full_disk_is_said_and_what_was_filled_in_is_there(apply, written_app, monkeypatch):
    applicant = await apply()
    await applicant.answer_all()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(written_app.state.site.casework.store, "keep", full)
    answer = await applicant.upload(pdf())
    assert answer.status_code == 503
    assert "磁盘满了" in answer.text
    assert applicant.now.answers


class Scanner(threading.Thread):
    """Answers one question of clamd's protocol, and keeps what it was sent."""

    def __init__(self, path: Path, answer: bytes) -> None:
        super().__init__(daemon=True)
        self.sent = b""
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := int.from_bytes(stream.read(4), "big"):
                self.sent += stream.read(size)
            connection.sendall(self._answer + b"\0")
        self._listener.close()


@pytest.fixture
def asked(written_app, monkeypatch, tmp_path) -> Callable[[bytes], Scanner]:
    """Starts a scanner that gives this answer, and has the site ask it."""

    def start(answer: bytes) -> Scanner:
        scanner = Scanner(tmp_path / "clamd", answer)
        scanner.start()
        monkeypatch.setattr(written_app.state.site.casework, "scanner", str(tmp_path / "clamd"))
        return scanner

    return start


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"stream: OK", 303), (b"stream: Eicar-Test-Signature FOUND", 422), (b"INSTREAM size limit exceeded. ERROR", 503)],
)
async def test_a_virus_scanner_is_asked_where_there_is_one(apply, asked, answer, status):
    scanner = asked(answer)
    applicant = await apply()
    assert (await applicant.upload(pdf())).status_code == status
    scanner.join(30)
    assert scanner.sent == pdf()
    assert len(applicant.materials) == (status == 303)


@pytest.mark.parametrize("scanner", ["/nowhere/clamd", "127.0.0.1:1", "no address"])
async def test_while_the_scanner_is_away_no_file_is_taken(apply, written_app, monkeypatch, scanner):
    monkeypatch.setattr(written_app.state.site.casework, "scanner", scanner)
    applicant = await apply()
    answer = await applicant.upload(pdf())
    assert answer.status_code == 503
    assert applicant.materials == []


async def test_the_scanner_of_the_settings_is_the_one_asked(written_settings):
    settings = written_settings.model_copy(update={"clamav": "127.0.0.1:3310"})
    app = create_app(settings)
    assert app.state.site.casework.scanner == "127.0.0.1:3310"
    await app.state.site.close()
