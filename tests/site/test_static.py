"""What is served as it lies in static/."""

import hashlib
import json

from credit_site.resources import folder

VENDOR = folder("static") / "vendor"


def test_vendored_files_are_what_their_manifest_says():
    listed = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for library in listed:
        content = (VENDOR / library["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == library["sha256"], library["file"]
        assert library["version"] in library["file"]
        assert (VENDOR / library["licence_file"]).is_file()
        assert {"name", "source", "licence", "package"} <= set(library)


def test_no_file_is_vendored_without_a_word():
    listed = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    known = {"README.md", "manifest.json"} | {library[key] for library in listed for key in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == known


def test_our_own_style_and_script_stay_small():
    assert (folder("static") / "site.css").stat().st_size <= 12 * 1024
    assert (folder("static") / "site.js").stat().st_size <= 6 * 1024


async def test_an_address_changes_with_the_content(app):
    assets = app.state.site.assets
    for name in ("site.css", "site.js", "icon.svg"):
        asset = assets.named(name)
        assert hashlib.sha256(asset.body).hexdigest().startswith(asset.digest)
        assert asset.digest in assets.address(name)
