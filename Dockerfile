# One image for the site and the indexer; compose starts it in both roles. Nothing is fetched when it runs.
FROM python:3.13-slim AS build
RUN python -m venv /app && python -m pip install --quiet --disable-pip-version-check uv
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
RUN uv pip install --python /app/bin/python --require-hashes --requirement requirements.lock
COPY . .
RUN uv pip install --python /app/bin/python --no-deps --build-constraint requirements-build.lock .

FROM python:3.13-slim
RUN useradd --system --create-home --uid 1000 chengxin && install --directory --owner chengxin /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH CHENGXIN_DATA_DIR=/data
USER chengxin
WORKDIR /home/chengxin
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["chengxin", "serve", "--host", "0.0.0.0", "--port", "8000"]
