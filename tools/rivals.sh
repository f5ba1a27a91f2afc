#!/bin/sh
# Install what bench/bridge.py compares with, apart from our own environment: ThingsBoard IoT Gateway
# and Node-RED with its Modbus nodes. Later versions of these depend on a host beyond the registry.
#
#     rivals.sh VENV
set -eu
folder=${1:-.venv}/rivals
[ -e "$folder/.complete" ] && exit
mkdir -p "$folder/npm"
echo "Installing ThingsBoard IoT Gateway and Node-RED into $folder …"
"${1:-.venv}/bin/python" -m venv "$folder/thingsboard"
"$folder/thingsboard/bin/pip" --disable-pip-version-check install --quiet \
    thingsboard-gateway==3.8.5 pyserial pyserial-asyncio
(cd "$folder/npm" && npm install --no-audit --no-fund --loglevel=error \
    node-red@4.1 node-red-contrib-modbus@5.23.3 >/dev/null)
touch "$folder/.complete"
