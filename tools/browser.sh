#!/bin/sh
# The browser tests need headless Chromium and a Chinese font. On Debian as root they are installed;
# elsewhere the tests skip and say so (in CI they must run: CI=true turns the skip into a failure).
set -u
if command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
else
    echo "no Chromium found: the browser tests will be skipped (install chromium and fonts-noto-cjk to run them)"
fi
