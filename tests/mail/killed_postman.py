"""A postman who is there to be killed: `python -m tests.mail.killed_postman URL PORT`."""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from threading import Event
from zoneinfo import ZoneInfo

from app.background import make_postman
from app.db import Database
from app.jobs.worker import Worker
from app.journals.digests import MAIL_DIGESTS, mail_digests
from app.mail.services import SEND
from app.things.library import Library
from tests.conftest import settings_for

LEASE = timedelta(seconds=2)
THREADS = 2


def main(url: str, port: str) -> None:
    settings = settings_for(url, smtp_url=f"smtp://127.0.0.1:{port}")
    zone = ZoneInfo(settings.time_zone)
    runners = {
        SEND: make_postman(settings, Library(settings.content_dir)).deliver,
        MAIL_DIGESTS: partial(mail_digests, zone=zone),
    }
    Worker(Database(url), runners, threads=THREADS, lease=LEASE, look_every=0.05).start()
    sys.stdout.write("working\n")
    sys.stdout.flush()
    Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
