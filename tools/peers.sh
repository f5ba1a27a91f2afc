#!/bin/sh
# Make sure that the programs which the full tests talk to are here: a broker, a browser with its
# driver, a Modbus client, InfluxDB, PostgreSQL, compilers of devicetree and C++, docker-compose (its
# daemon is not needed), Node.js with what tests/npm/package.json names, which goes into the virtual
# environment.
# Installs them if it may; otherwise prints the line that does and fails.
#
#     peers.sh VENV
set -u
PATH=$PATH:/usr/sbin:/sbin
npm_folder=${1:-.venv}/npm

npm_peers() { # the locked packages of tests/npm, unless they are here already
    cmp -s tests/npm/package-lock.json "$npm_folder/package-lock.json" &&
        [ -e "$npm_folder/.complete" ] && return
    echo "Installing the locked npm packages of tests/npm into $npm_folder …"
    mkdir -p "$npm_folder" && rm -f "$npm_folder/.complete" &&
        cp tests/npm/package.json tests/npm/package-lock.json "$npm_folder/" &&
        (cd "$npm_folder" && npm ci --no-audit --no-fund --loglevel=error >/dev/null) &&
        touch "$npm_folder/.complete"
}

missing=""
need() { # PACKAGE, then the programs of which one is enough
    package=$1
    shift
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 && return
    done
    missing="$missing $package"
}
look() {
    missing=""
    need mosquitto mosquitto
    need chromium chromium chromium-browser google-chrome
    need chromium-driver chromedriver
    need mbpoll mbpoll
    need influxdb influxd
    need postgresql pg_ctlcluster
    need device-tree-compiler dtc
    need systemd systemd-analyze
    need docker-compose docker-compose
    need g++ g++
    need nodejs node
    need npm npm
}

look
[ -z "$missing" ] && { npm_peers; exit; }
line="apt-get install --yes --no-install-recommends$missing"
echo "The tests need these packages of the system:$missing"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "This system has no apt-get; install the packages above its own way." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    sudo=""
elif sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    printf 'No right to install them. Run this line, then try again:\n\n    sudo apt-get update && sudo %s\n\n' "$line" >&2
    exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# Known package lists are enough most of the time; fetch them anew only if not.
$sudo $line >/dev/null 2>&1 || { $sudo apt-get update && $sudo $line; }
look
[ -z "$missing" ] && { npm_peers; exit; }
printf 'Still missing:%s. Run this line and read what it says:\n\n    sudo apt-get update && sudo %s\n\n' "$missing" "$line" >&2
exit 1
