#!/bin/sh
# Installs Lumen as a systemd service, as root, from a folder in which `make build` and `make setup` have run:
# the user `lumen`, the program, the settings, the data, the units. Run again, it brings the program and the units up to date and
# leaves settings and data as they are.
set -eu
cd "$(dirname "$0")/../.."

program=${1:-$(scripts/target.sh)/release/lumen}
[ "$(id -u)" -eq 0 ] || { echo "This has to run as root: sudo $0" >&2; exit 1; }
[ -x "$program" ] || { echo "$program is not there. \`make build\` makes it; or name the program: $0 PATH" >&2; exit 1; }

getent passwd lumen >/dev/null || useradd --system --user-group --home-dir /var/lib/lumen --no-create-home --shell /usr/sbin/nologin lumen

install -D -m 755 "$program" /usr/local/bin/lumen
install -D -m 644 scripts/deploy/README.md /usr/local/share/doc/lumen/README.md
install -D -m 644 -t /etc/systemd/system scripts/deploy/lumen.service scripts/deploy/lumen-backup.service scripts/deploy/lumen-backup.timer

# Settings hold secrets: the service reads them and cannot change them.
if [ ! -e /etc/lumen/.env ]; then
    install -d -m 755 /etc/lumen
    if [ -e .env ]; then settings=.env; else settings=.env.example; fi
    install -m 640 -g lumen "$settings" /etc/lumen/.env
    # `lumen check`, typed there, looks where the service does.
    printf '\nLUMEN_DATA_DIR=/var/lib/lumen\n' >>/etc/lumen/.env
fi

if [ ! -e /var/lib/lumen ]; then
    install -d -m 700 -o lumen -g lumen /var/lib/lumen
    if [ -d data ]; then cp -R data/. /var/lib/lumen/; fi
    chown -R lumen:lumen /var/lib/lumen
fi
[ -d /var/lib/lumen/models ] || echo "The local models are not there: python3 scripts/models.py /var/lib/lumen/models fetches them." >&2

if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
echo "Installed. Settings: /etc/lumen/.env. Then: systemctl enable --now lumen lumen-backup.timer"
