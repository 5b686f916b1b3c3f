"""A server that is killed loses nothing of what an applicant was told is saved."""

import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
from credit_records.casework.materials import kept_contents
from credit_records.casework.states import SUBMITTED
from credit_records.casework.store import FOLDER
from credit_records.database import migrate, open_database
from credit_records.settings import Settings

from tests.records.casework.applying import penalise
from tests.site.casework.applicants import Applicant, token_of
from tests.site.casework.files import pdf
from tests.site.test_push_served import served


def kill(server: "subprocess.Popen[bytes]") -> None:
    os.kill(server.pid, signal.SIGKILL)
    server.wait(30)


async def half_a_file(server: "subprocess.Popen[bytes]") -> AsyncIterator[bytes]:
    """The body of a form; the server is killed in the middle of it."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + pdf()[:100]
    kill(server)
    yield pdf()[100:] + b"\r\n--x--\r\n"


def at(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers={"accept-language": "zh-CN"}, timeout=60)


async def test_what_was_saved_outlives_a_server_killed_between_upload_and_submission(tmp_path: Path):
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    record = penalise(database)
    with served(tmp_path) as (address, server):
        async with at(address) as client:
            applicant = await Applicant(client, database, "repair", record).begin()
            await applicant.answer_all()
            await applicant.hand_in_all()
            before, files = applicant.now, applicant.materials
            with suppress(httpx.HTTPError):
                await client.post(
                    f"{applicant.address}/materials",
                    content=half_a_file(server),
                    headers={"content-type": "multipart/form-data; boundary=x"},
                )
    assert applicant.now.answers == before.answers
    assert applicant.materials[: len(files)] == files

    with served(tmp_path) as (address, server):
        async with at(address) as client:
            opened = await client.get(f"/repair/open/{applicant.secret}")
            applicant.client = client
            assert opened.headers["location"] == applicant.address
            for each in applicant.materials:
                kept = await applicant.get(f"/materials/{each.id}")
                assert len(kept.content) == each.bytes
            token = token_of(await applicant.get("/check"))
            sent = await client.post(f"{applicant.address}/check", data={"form_token": token})
            assert sent.status_code == 303
            kill(server)
    assert applicant.now.state == SUBMITTED
    with database.connect() as connection:
        assert all((tmp_path / FOLDER / each[:2] / each[2:]).is_file() for each in kept_contents(connection))
    database.dispose()
