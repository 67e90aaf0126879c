#!/usr/bin/env bash
# A deploy hook of certbot: what was renewed goes into service only if the policy accepts it.
#
# Save it as /etc/letsencrypt/renewal-hooks/deploy/auditor (mode 0755).  certbot sets RENEWED_LINEAGE and
# RENEWED_DOMAINS.  Settings, from the environment or this file:
#   AUDITOR_POLICY  the policy (acg)
#   AUDITOR_ROOTS   files of roots that were sent to onboarding, separated by blanks
#   AUDITOR_DEPLOY  the program that puts the certificate into service; it gets RENEWED_LINEAGE as its argument
set -euo pipefail

: "${RENEWED_LINEAGE:?certbot sets it; to try the hook, set it to a folder below /etc/letsencrypt/live}"
deploy=${AUDITOR_DEPLOY:-/usr/local/sbin/deploy-certificate}

options=(--policy "${AUDITOR_POLICY:-acg}")
read -r -a roots <<< "${AUDITOR_ROOTS:-}"
for root in ${roots[@]+"${roots[@]}"}; do options+=(--root "$root"); done
read -r -a names <<< "${RENEWED_DOMAINS:-}"
for name in ${names[@]+"${names[@]}"}; do
  # A wildcard is no name that anybody connects to.
  if [[ $name != \** ]]; then options+=(--name "$name"); fi
done

code=0
auditor certificate "${options[@]}" -- "$RENEWED_LINEAGE/fullchain.pem" || code=$?
if [ "$code" -ne 0 ]; then
  echo "auditor: $RENEWED_LINEAGE was not put into service (exit code $code); the old certificate stays" >&2
  exit "$code"
fi
"$deploy" "$RENEWED_LINEAGE"
