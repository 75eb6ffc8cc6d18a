# One image for web, worker, beat, sweeper and the jobs of compose.yaml.

FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /opt/venv
COPY requirements/lock.txt /tmp/lock.txt
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r /tmp/lock.txt

FROM packages AS build
WORKDIR /app
COPY . .
# These values serve this step only: the image holds no secret, and a container without its own does not start.
RUN random() { head -c "$1" /dev/urandom | base64 -w0; } \
    && export SECRET_KEY="$(random 48)" DSAR_MASTER_KEY="$(random 32)" DSAR_SIGNING_KEY="$(random 32)" \
    DATABASE_URL=postgresql://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 EMAIL_URL=smtp://127.0.0.1 \
    DSAR_BASE_URL=http://127.0.0.1 DSAR_VAULT=/tmp/build/vault DSAR_KEY_STORE=/tmp/build/keys/store DJANGO_SETTINGS_MODULE=dsar.settings.prod \
    && /opt/venv/bin/python manage.py collectstatic --noinput && /opt/venv/bin/python -m dsar.launch.messages

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin dsar \
    && install --directory --owner dsar --group dsar --mode 0700 \
        /var/lib/dsar /var/lib/dsar/vault /var/lib/dsar/keys /etc/dsar/product /etc/dsar/owner \
    && install --directory --owner dsar --group dsar --mode 0755 /etc/dsar/postgres /etc/dsar/redis
COPY --from=packages /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=dsar.settings.prod \
    DSAR_VAULT=/var/lib/dsar/vault \
    DSAR_KEY_STORE=/var/lib/dsar/keys
USER 10001
EXPOSE 8000
CMD ["gunicorn", "dsar.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
