# One image for desk, Prefect server, dashboard and emulator: what uv.lock says, and nothing to build with.
FROM python:3.11.11-slim-bookworm AS build

ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project
COPY src src
COPY flows flows
COPY tasks tasks
COPY dashboards dashboards
COPY profiles profiles
COPY prefect.yaml ./
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11.11-slim-bookworm

# The user Prometheus runs as too, so that it may read the desk's token for it and nobody else may.
RUN install -d -o 65534 -g 65534 -m 0700 /data /data/var /data/prefect
COPY --from=build /app/.venv /app/.venv
COPY profiles /app/profiles
COPY prefect.yaml /app/prefect.yaml
COPY .streamlit /app/.streamlit
ENV PATH=/app/.venv/bin:$PATH HOME=/tmp HOLDFAST_HOME=/data HOLDFAST_PROFILES=/app/profiles \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DO_NOT_TRACK=1
WORKDIR /app
USER 65534:65534
VOLUME ["/data/var", "/data/prefect"]
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import holdfast"]
CMD ["holdfast", "--help"]
