#!/bin/sh
# Installs the engines for the part of the chaos tests that needs them, on Debian and as root.
# Where that cannot be done it says so, and those tests say that they were not run.
set -u
PACKAGES='patroni etcd-server haproxy pgbouncer postgresql faketime'

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "apt-get cannot be used here: install $PACKAGES, or do without the tests that need them."
  exit 1
fi
# Their services stay off: the tests start what they need themselves, on ports of their own.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d.chaos
chmod 755 /usr/sbin/policy-rc.d.chaos
[ -e /usr/sbin/policy-rc.d ] || ln -s policy-rc.d.chaos /usr/sbin/policy-rc.d
trap '[ "$(readlink /usr/sbin/policy-rc.d)" != policy-rc.d.chaos ] || rm /usr/sbin/policy-rc.d; rm -f /usr/sbin/policy-rc.d.chaos' EXIT
apt-get update -qq &&
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $PACKAGES
