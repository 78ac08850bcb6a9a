# The page in a container: CPU only, not as root, nothing fetched while it runs. How to build and start it: README.
FROM python:3.11-slim

# Where pip finds PyTorch without CUDA; see the README. The build stops if CUDA came along all the same.
ARG PIP_EXTRA_INDEX_URL=""

ENV HF_HUB_OFFLINE=1 \
    OMP_WAIT_POLICY=PASSIVE \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY rag ./rag
RUN pip install --no-cache-dir --constraint constraints.txt --editable . \
    && python -c "import sys, torch; sys.exit('CUDA came along; set PIP_EXTRA_INDEX_URL' if torch.version.cuda else 0)"

COPY app.py ./
COPY index/build.py ./index/
COPY seeds ./seeds
RUN useradd --create-home --uid 10001 reader \
    && mkdir -p index/store \
    && chown 10001 index/store
USER 10001

# The index outlives the container. A new volume gets the sample articles at the first start.
VOLUME /app/index/store
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=5)"]

CMD ["python", "app.py", "--host", "0.0.0.0", "--port", "7860"]
