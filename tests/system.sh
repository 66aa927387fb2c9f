#!/bin/sh
# What the tests need beside Python: a Chromium, Chinese letters, Pango for printing, PostgreSQL.
# Installs them from Debian's packages where it may; else says in one line what is missing.
missing=
command -v chromium >/dev/null || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
ldconfig -p | grep -q libpangoft2 || missing="$missing libpangoft2-1.0-0 libpango-1.0-0"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # one word a package
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing fontconfig; } >/dev/null && exit 0
fi
echo "The tests need what could not be installed here:$missing" >&2
exit 1
