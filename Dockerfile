# The auditor with every dependency pinned, as a user without rights.
#   docker build -t auditor . && docker run --rm -v "$PWD:/data:ro" auditor certificate sbc1.pem
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY policies policies
COPY auditor auditor
RUN python -m venv /opt/auditor \
 && /opt/auditor/bin/python -m pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt '.[lint]'

FROM python:3.11-slim
COPY --from=build /opt/auditor /opt/auditor
ENV PATH=/opt/auditor/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER 10001:10001
ENTRYPOINT ["auditor"]
CMD ["--help"]
