"""Fetching from folders and from a server of this machine: nothing here needs a network."""

import gzip
import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from clirlab.corpora import fetch as module
from clirlab.corpora.datasets import Original
from clirlab.corpora.fetch import Fetched, fetch
from clirlab.corpora.manifest import damaged_files, read_manifest
from clirlab.errors import InputError

ONE, TWO = b"one\n" * 1000, b"two\n"
CONTENT = {"owner/repo/commit/a b/one.txt": ONE, "owner/repo/commit/two.txt": TWO}


def original(path, location):
    content = CONTENT[location]
    return Original("ntrex", path, len(content), hashlib.sha256(content).hexdigest(), location)


@pytest.fixture(autouse=True)
def table(monkeypatch):
    """Two small files are all that is published."""
    files = (
        original("ntrex/one.txt", "owner/repo/commit/a b/one.txt"),
        original("ntrex/two.txt", "owner/repo/commit/two.txt"),
    )
    monkeypatch.setattr(module, "originals", lambda: files)


@pytest.fixture
def mirror(tmp_path):
    for location, content in CONTENT.items():
        path = tmp_path / "mirror" / location
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return (tmp_path / "mirror").as_uri()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


class Server:
    """A server of `CONTENT` that can cut its answers, and tells what it was asked."""

    def __init__(self):
        self.content, self.cut, self.ranges, self.asked = dict(CONTENT), None, True, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                wanted = self.headers.get("Range")
                outer.asked.append(wanted)
                content = outer.content.get(self.path[1:].replace("%20", " "))
                if content is None:
                    self.send_error(404)
                    return
                start = int(wanted[len("bytes=") : -1]) if wanted and outer.ranges else 0
                if start and start >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.end_headers()
                self.wfile.write(content[start : start + outer.cut] if outer.cut else content[start:])

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # a client that has seen enough hangs up
        self.server.handle_error = lambda request, address: None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def server():
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


def names(root):
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_files_come_are_listed_and_come_once(root, mirror):
    assert fetch("ntrex", root, mirror) == Fetched(2, 0, "")
    assert (root / "ntrex/one.txt").read_bytes() == ONE
    assert names(root) == ["MANIFEST.tsv", "ntrex/one.txt", "ntrex/two.txt"]
    assert read_manifest(root)["ntrex/two.txt"].size == len(TWO)
    assert list(damaged_files(root)) == []
    assert fetch("ntrex", root, mirror) == Fetched(0, 2, "")


def test_a_compressed_copy_that_is_whole_is_left_alone_and_another_is_not(root, mirror):
    (root / "ntrex").mkdir(parents=True)
    (root / "ntrex/one.txt.gz").write_bytes(gzip.compress(ONE))
    (root / "ntrex/two.txt.gz").write_bytes(gzip.compress(TWO)[:-2])
    assert fetch("ntrex", root, mirror) == Fetched(1, 1, "")


def test_an_interrupted_download_goes_on(root, server):
    server.cut = 1500
    with pytest.raises(InputError, match=r"not reached \(the connection ended after 1,500 of 4,000 bytes\).*offline\?"):
        fetch("ntrex", root, server.address)
    assert names(root) == ["ntrex/.one.txt.part"]
    server.cut = None
    assert fetch("ntrex", root, server.address).files == 2
    assert server.asked == [None, "bytes=1500-", None]
    assert (root / "ntrex/one.txt").read_bytes() == ONE
    assert names(root) == ["MANIFEST.tsv", "ntrex/one.txt", "ntrex/two.txt"]


def test_a_server_that_serves_no_parts_is_asked_for_the_whole(root, server):
    (root / "ntrex").mkdir(parents=True)
    (root / "ntrex/.one.txt.part").write_bytes(ONE[:100])
    server.ranges = False
    fetch("ntrex", root, server.address)
    assert (root / "ntrex/one.txt").read_bytes() == ONE


@pytest.mark.parametrize("junk", [b"x" * 100, ONE + b"x", b"x" * len(ONE)])
def test_a_wrong_beginning_is_thrown_away(root, server, junk):
    (root / "ntrex").mkdir(parents=True)
    (root / "ntrex/.one.txt.part").write_bytes(junk)
    if len(junk) <= len(ONE):
        with pytest.raises(InputError, match="not the published file"):
            fetch("ntrex", root, server.address)
    fetch("ntrex", root, server.address)
    assert (root / "ntrex/one.txt").read_bytes() == ONE


@pytest.mark.parametrize("content", [b"x" * len(ONE), ONE + b"more", ONE * 2000])
def test_another_content_never_gets_the_name(root, server, content):
    server.content["owner/repo/commit/a b/one.txt"] = content
    with pytest.raises(InputError, match=r"one.txt: not the published file: .* expected 4,000 with .*nothing was kept"):
        fetch("ntrex", root, server.address)
    assert names(root) == []


def test_what_came_before_an_error_is_kept_and_listed(root, server):
    del server.content["owner/repo/commit/two.txt"]
    with pytest.raises(InputError, match=r"two.txt: the server answers 404 \(Not Found\); try --mirror"):
        fetch("ntrex", root, server.address)
    assert list(read_manifest(root)) == ["ntrex/one.txt"]


def test_a_server_whose_file_is_shorter_than_the_part(root, server):
    (root / "ntrex").mkdir(parents=True)
    (root / "ntrex/.one.txt.part").write_bytes(ONE[:2000])
    server.content["owner/repo/commit/a b/one.txt"] = ONE[:1000]
    with pytest.raises(InputError, match="the server answers 416"):
        fetch("ntrex", root, server.address)
    assert names(root) == []


def test_nobody_answers(root):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InputError, match=r"one.txt: not reached .*Is this machine offline\? .*--mirror"):
            fetch("ntrex", root, address)
    assert names(root) == []


def test_a_mirror_without_the_file(root, tmp_path):
    with pytest.raises(InputError, match="not reached"):
        fetch("ntrex", root, (tmp_path / "empty").as_uri())


@pytest.mark.parametrize("address", ["ftp://example.org", "mirror", "/mirror", ""])
def test_other_places_are_refused(root, address):
    with pytest.raises(InputError, match="is no place to fetch from"):
        fetch("ntrex", root, address)


def test_what_is_made_of_several_originals_is_refused_and_told(root, mirror):
    with pytest.raises(InputError, match=r"tico19 is not published in the form .*line by line.*Helsinki-NLP.*tico19/"):
        fetch("tico19", root, mirror)
    with pytest.raises(InputError, match="unknown data set 'ntrec'; did you mean 'ntrex'"):
        fetch("ntrec", root, mirror)
    assert not root.exists()
