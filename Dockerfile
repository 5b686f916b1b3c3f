# One image for the site, the indexer and the receiver. Nothing is fetched when it runs, and nothing of what builds it
# stays in it.
FROM python:3.13.7-slim-trixie AS build
RUN python -m venv /app && python -m pip install --quiet --disable-pip-version-check uv==0.13.9
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
RUN uv pip install --python /app/bin/python --no-cache --require-hashes --requirement requirements.lock
COPY . .
RUN uv pip install --python /app/bin/python --no-cache --no-deps --build-constraint requirements-build.lock . \
    && /app/bin/python -m compileall -q /app/lib

FROM python:3.13.7-slim-trixie
# PDFs need a font with Chinese characters, and `chengxin backup` the tools of PostgreSQL.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 chengxin \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin chengxin \
    && install --directory --owner chengxin --group chengxin /data /backups
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH CHENGXIN_DATA_DIR=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/backups"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=40s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["chengxin", "serve", "--host", "0.0.0.0", "--port", "8000"]
