/** What handlers work with. One for the server's life; shared by its threads. */
#pragma once

#include "base/blob_store.h"
#include "catalog/catalog.h"
#include "server/access.h"
#include "server/access_log.h"
#include "server/byte_cache.h"
#include "server/channel_air.h"
#include "server/channel_book.h"
#include "server/http/http_transport.h"
#include "server/import_desk.h"
#include "server/index_slot.h"
#include "server/oidc_provider.h"
#include "server/open_files.h"
#include "server/pages/page_shelf.h"
#include "server/play_tally.h"
#include "server/poll_pace.h"
#include "server/queue_metrics.h"
#include "server/security_log.h"
#include "server/server_metrics.h"
#include "server/upload_desk.h"
#include "server/web_files.h"

typedef struct {
  Catalog *catalog;
  BlobStore *store;
  OpenFiles *files;
  IndexSlot *index;
  ByteCache *views; /**< remuxed segments, heads of progressive files */
  WebFiles *web;
  PageShelf *shelf; /**< templates and texts among the files of `web` */
  Access *access;
  AccessLog *access_log; /**< NULL: none is wanted */
  SecurityLog *security_log;
  ServerMetrics *metrics;
  QueueMetrics *queue_metrics;
  UploadDesk *uploads;
  PlayTally *plays;
  OidcProvider *oidc;     /**< NULL: none is set */
  PollPace *device_polls; /**< receivers that wait to be let in */
  ChannelBook *channels;
  ImportDesk *imports;
  ChannelAir *air;
  HttpTransport *transport; /**< for the count of open connections; NULL until it runs; atomic */
} ServerContext;
