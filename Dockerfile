# Two stages: one installs, the other carries only what runs, as an ordinary user.
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/dingen
COPY requirements.lock pyproject.toml README.md ./
COPY scripts/install.py scripts/install.py
COPY app app
RUN python3 scripts/install.py requirements.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --home-dir /srv/dingen --shell /usr/sbin/nologin dingen
WORKDIR /srv/dingen
COPY --from=build /srv/dingen/.venv .venv
COPY app app
COPY content content
COPY migrations migrations
COPY templates templates
COPY pyproject.toml README.md LICENSE ./
RUN mkdir var && chown dingen var
USER dingen
VOLUME /srv/dingen/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD [".venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT [".venv/bin/dingen"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
