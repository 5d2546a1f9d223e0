#!/usr/bin/env bash
# The browser tests drive a Chromium of the system. Installs Debian's when there is none and we are root.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium for the browser tests."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >/dev/null
  exit 0
fi
echo "The browser tests need Chromium on the PATH, as chromium, chromium-browser or google-chrome." >&2
echo "Install it with your system's packages (Debian, Ubuntu: sudo apt-get install chromium), then run this again." >&2
exit 1
