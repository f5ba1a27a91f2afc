#!/bin/sh
# Make sure that the programs which the full tests talk to are here: a broker, a browser with its
# driver, a Modbus client, compilers of devicetree and C++, docker-compose (its daemon is not needed).
# Installs them if it may; otherwise prints the line that does and fails.
set -u
PATH=$PATH:/usr/sbin:/sbin

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
    need device-tree-compiler dtc
    need docker-compose docker-compose
    need g++ g++
}

look
[ -z "$missing" ] && exit 0
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
[ -z "$missing" ] && exit 0
printf 'Still missing:%s. Run this line and read what it says:\n\n    sudo apt-get update && sudo %s\n\n' "$missing" "$line" >&2
exit 1
