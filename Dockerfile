# Odziv as an image. Nothing of the installation is in it: data are under /data, settings are ODZIV_… variables.
#   docker build -t odziv .
#   docker run -p 8000:8000 -p 8001:8001 -v odziv:/data odziv
# Where registries offer digests, add one: --build-arg BASE=debian:12.11-slim@sha256:…
ARG BASE=debian:12.11-slim

FROM ${BASE} AS build
# Debian's versions of a release are those with its security updates; older ones are not kept.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 python3-venv ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/odziv
COPY requirements.lock deploy/runtime.lock ./
# pip brings uv, at the digest of the lock file; uv brings the rest. There is no compiler: what is no wheel is plain Python.
RUN python3 -m venv /uv \
    && awk '/^[^ #]/ { ours = /^uv==/ } ours' requirements.lock >/uv/uv.lock \
    && /uv/bin/pip install --no-cache-dir --require-hashes -r /uv/uv.lock \
    && python3 -m venv --without-pip .venv \
    && UV_PYTHON_DOWNLOADS=never /uv/bin/uv pip install --no-cache --python .venv/bin/python \
        --require-hashes -r runtime.lock
COPY odziv odziv
COPY pyproject.toml README.md LICENSE ./
RUN echo /opt/odziv >.venv/lib/python3.11/site-packages/odziv.pth \
    && .venv/bin/python -m odziv.locale.build \
    && .venv/bin/python -m odziv.advise.cities \
    && ODZIV_DATA=/tmp/none .venv/bin/python -m odziv.web.collect \
    && .venv/bin/python -m compileall -q -j 0 odziv .venv/lib \
    && rm -rf /tmp/none requirements.lock runtime.lock

FROM ${BASE}
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get upgrade --yes \
    && apt-get install --yes --no-install-recommends python3 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 odziv \
    && useradd --system --uid 10001 --gid odziv --home-dir /data --shell /usr/sbin/nologin odziv \
    && install --directory --mode 700 --owner odziv --group odziv /data /data/keys /data/spool /data/files
COPY --from=build /opt/odziv /opt/odziv
COPY deploy/odziv /usr/local/bin/odziv
# Where the private listeners are is no secret.
# hadolint ignore=DL3064
ENV ODZIV_DATA=/data \
    ODZIV_WEB_LISTEN=0.0.0.0:8000 \
    ODZIV_EDGE_LISTEN=0.0.0.0:8001 \
    ODZIV_EDGE_PRIVATE_LISTEN=0.0.0.0:9101 \
    ODZIV_WORK_PRIVATE_LISTEN=0.0.0.0:9102 \
    ODZIV_WEB_URL=http://localhost:8000 \
    ODZIV_EDGE_URL=http://localhost:8001 \
    ODZIV_LOG=json \
    PYTHONDONTWRITEBYTECODE=1 \
    HEALTH_PORT=8000
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/odziv/.venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"HEALTH_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["odziv"]
CMD ["serve"]
