# The app for a school's own server: docker build -t denoising-explorer .
FROM python:3.11-slim

# torch first: the layer of hundreds of megabytes is built once, not at each change of ours.
# uv knows where torch's CPU builds are; pip's own index has only those for NVIDIA cards.
RUN pip install --no-cache-dir uv \
    && uv pip install --system --no-cache --torch-backend=cpu "torch>=2.6" "torchvision>=0.21"

# Extras of pyproject.toml. `fast` is what README's waiting times were measured with; Ray Serve's
# replicas too: docker build --build-arg EXTRAS="[fast,ray]" .
ARG EXTRAS="[fast]"
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY explorer explorer
COPY assets assets
RUN uv pip install --system --no-cache --torch-backend=cpu ".${EXTRAS}" && rm -rf /build

# The app writes to these two alone, and to /tmp; mounted, they outlive the container. /cache holds
# the exported networks, which take half a minute to make.
RUN useradd --create-home --uid 1000 explorer \
    && mkdir /data /cache && chown explorer /data /cache
ENV EXPLORER_DATA=/data EXPLORER_CACHE=/cache PYTHONUNBUFFERED=1
VOLUME ["/data", "/cache"]
USER explorer
WORKDIR /home/explorer

EXPOSE 7860
# Python ends on SIGINT as on Ctrl+C; the first process of a container ignores SIGTERM.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:7860/gradio_api/app_id', timeout=8)"]
CMD ["explorer", "serve"]
