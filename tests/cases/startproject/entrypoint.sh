#!/bin/sh
export SHOP_STARTED_BY=entrypoint
exec "$@"
