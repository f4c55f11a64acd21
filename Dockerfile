# Build:  docker build -t windsock .
# Run:    docker run --read-only --tmpfs /tmp -p 8080:8080 -v ./rules:/site/rules:ro -v windsock:/data \
#           -e WINDSOCK_ORIGIN=http://site:3000 windsock

FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements.lock requirements-runtime.lock ./
RUN python -m venv /opt/windsock \
 && /opt/windsock/bin/pip install --no-cache-dir --require-hashes -r requirements-runtime.lock
# What builds the wheel, out of the lock of all work: the same versions and hashes.
RUN awk '/^[a-z]/ {keep = /^(hatchling|packaging|pathspec|pluggy|trove-classifiers)==/} keep' requirements.lock > build.lock \
 && python -m pip install --no-cache-dir --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY edge edge
COPY rules rules
COPY online_models online_models
COPY loadtest loadtest
RUN python -m hatchling build -t wheel -d /wheel \
 && /opt/windsock/bin/pip install --no-cache-dir --no-deps --no-index /wheel/windsock-*.whl \
 && /opt/windsock/bin/python -m pip uninstall --yes pip setuptools

FROM python:3.11-slim-bookworm
RUN useradd --system --no-create-home --uid 10001 windsock \
 && mkdir -p /site /data && chown windsock /data
COPY --from=build /opt/windsock /opt/windsock
ENV PATH=/opt/windsock/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    WINDSOCK_STORE=sqlite:////data/windsock.db
WORKDIR /site
VOLUME /data
USER 10001
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
# The private listener stays on this container's loopback unless WINDSOCK_ADMIN says otherwise (then set WINDSOCK_ADMIN_TOKEN).
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["python", "-c", "import os, urllib.request as web; port = os.environ.get('WINDSOCK_ADMIN', ':8081').rpartition(':')[2]; web.urlopen(f'http://127.0.0.1:{port}/healthz', timeout=2)"]
ENTRYPOINT ["windsock"]
CMD ["serve"]
