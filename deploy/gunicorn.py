"""The web server: a few processes of a few threads; docs/install.md says how to size it."""

from __future__ import annotations

import os
from typing import Any

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
timeout = 60
graceful_timeout = 20
max_requests = 50_000
max_requests_jitter = 5_000
# The app writes its own access log, without query strings.
accesslog = None
loglevel = "warning"
limit_request_line = 8190


def when_ready(server: Any) -> None:
    print(f"OneKm · 一公里 is ready: http://{bind}/", flush=True)
