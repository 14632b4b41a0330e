# The service as one image: build in one stage, run in another, as a user without rights.
# Everything that changes lives under /var/lib/rolvast, so the root file system may be read-only:
#   docker run --read-only --tmpfs /tmp --volume rolvast:/var/lib/rolvast --publish 8000:8000 \
#     --env ROLVAST_SECRET_KEY=… --env ROLVAST_BASE_URL=https://… rolvast

FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY constraints.txt pyproject.toml LICENSE README.md ./
COPY app app
COPY assessments assessments
COPY migrations migrations
RUN python -m venv /opt/rolvast \
    && /opt/rolvast/bin/pip install --no-cache-dir --constraint constraints.txt ".[postgresql]" \
    && /opt/rolvast/bin/pip uninstall --yes pip

FROM python:3.13-slim-trixie
# pg_dump, pg_restore and psql, for `rolvast backup` and `rolvast restore`: version 17, as the server in compose.yaml.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/rolvast --create-home rolvast
COPY --from=build /opt/rolvast /opt/rolvast
ENV PATH=/opt/rolvast/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/rolvast
VOLUME /var/lib/rolvast
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["rolvast", "check-health"]
CMD ["rolvast", "serve", "--host", "0.0.0.0", "--port", "8000"]
