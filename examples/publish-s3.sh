#!/bin/sh
# Publish the editions to a bucket that serves a site:  publish-s3.sh s3://my-bucket/reports [FOLDER]
#
# Before:  kzreport site site --base-url https://reports.example.org     (FOLDER, then, is site; else it is reports)
#
# With the AWS command line (aws configure; for another provider set AWS_ENDPOINT_URL). Editions go first; what leads to
# them goes last, so that no link leads to what is not there yet. What is for the operator stays here: .work/, failed/,
# run.json, fault.log. Editions that `kzreport prune` removed are removed there too.
# Without a copy on this machine: kzreport run --output s3://my-bucket/reports (pip install 'kzreport[remote]').
set -eu

place=${1:?"usage: publish-s3.sh s3://BUCKET/PREFIX [FOLDER]"}
folder=${2:-reports}
set -- --exclude '.*' --exclude 'failed/*' --exclude 'run.json' --exclude 'fault.log'

aws s3 sync "$folder" "$place" "$@" --exclude 'index.html' --exclude '*.xml' --exclude '*/latest/*' \
    --cache-control 'max-age=86400'
aws s3 sync "$folder" "$place" "$@" --delete --cache-control 'no-cache'
