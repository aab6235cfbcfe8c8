"""A small download server on this machine: files with ranges, tags and checksums, and troubles on demand."""

import hashlib
import re
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Extracts(ThreadingHTTPServer):
    """Serves `files` by path; `breaks` holds after how many bytes the next answers of the extract break off."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.breaks: deque[int] = deque()
        self.requests: list[tuple[str, str]] = []  # path, Range
        self.sent = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about connections that are broken on purpose."""


class Handler(BaseHTTPRequestHandler):
    server: Extracts
    timeout = 20

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "")
        self.server.requests.append((self.path, asked))
        body = self.server.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        start, code = 0, 200
        if asked and self.headers.get("If-Range", tag) == tag:
            start, code = int(re.fullmatch(r"bytes=(\d+)-", asked).group(1)), 206
            if start >= len(body):
                self.send_error(416)
                return
        self.send_response(code)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        rest = body[start:]
        if self.path.endswith(".pbf") and self.server.breaks:
            rest = rest[: self.server.breaks.popleft()]
            self.close_connection = True
        self.server.sent += len(rest)
        self.wfile.write(rest)
