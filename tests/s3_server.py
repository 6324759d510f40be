"""As much of an S3 service as storing and fetching needs, over real HTTP: no disk, one bucket."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Bucket:
    """What was stored, by name, and how it was asked for."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.url = ""


@contextmanager
def s3_server(name: str = "assets") -> Iterator[Bucket]:
    """A service that answers until the block ends."""
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _key(self) -> str:
            path = unquote(urlsplit(self.path).path)
            bucket.requests.append((self.command, self.path, dict(self.headers)))
            return path.removeprefix(f"/{name}").removeprefix("/")

        def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for header, value in headers.items():
                self.send_header(header.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def do_PUT(self) -> None:
            key = self._key()
            if self.headers.get("Transfer-Encoding") == "chunked":
                data = b"".join(self._chunks())
            else:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if "aws-chunked" in self.headers.get("Content-Encoding", ""):
                data = unsigned(data)
            bucket.objects[key] = data
            self._answer(200, ETag=f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"')

        def _chunks(self) -> Iterator[bytes]:
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()

        def do_GET(self) -> None:
            key = self._key()
            asked = parse_qs(urlsplit(self.path).query)
            if not key:
                return self._list(asked)
            if key not in bucket.objects:
                return self._answer(404)
            return self._answer(
                200, bucket.objects[key],
                Content_Type=asked.get("response-content-type", ["binary/octet-stream"])[0],
                Content_Disposition=asked.get("response-content-disposition", [""])[0],
                Last_Modified="Tue, 24 Nov 2020 10:00:00 GMT",
            )  # fmt: skip

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            bucket.objects.pop(self._key(), None)
            self._answer(204)

        def _list(self, asked: dict[str, list[str]]) -> None:
            prefix = asked.get("prefix", [""])[0]
            folders, files = set(), []
            for key in sorted(bucket.objects):
                if key.startswith(prefix):
                    rest = key.removeprefix(prefix)
                    if "/" in rest:
                        folders.add(prefix + rest.split("/")[0] + "/")
                    else:
                        files.append(key)
            found = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in files)
            found += "".join(
                f"<CommonPrefixes><Prefix>{escape(p)}</Prefix></CommonPrefixes>"
                for p in sorted(folders)
            )
            body = f"<ListBucketResult>{found}<IsTruncated>false</IsTruncated></ListBucketResult>"
            self._answer(200, body.encode(), Content_Type="application/xml")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def unsigned(data: bytes) -> bytes:
    """The contents of an ``aws-chunked`` body."""
    found = b""
    while data:
        size, _, rest = data.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        found, data = found + rest[:length], rest[length + 2 :]
    return found
