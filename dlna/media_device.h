/** The UPnP device: announced on each network interface that is named, there while the interface is up, gone with a byebye.
 * Threads: one, running its default GMainContext. */
#pragma once

#include "dlna/content_directory.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char *name;        /**< that receivers show, UTF-8 */
  const char *uuid;        /**< the same after every start */
  const char *interfaces;  /**< names or addresses between commas; "": all but the loopback one */
  uint16_t port;           /**< of descriptions and control; 0: any */
  const char *http_listen; /**< HOST:PORT of our HTTP server */
  const char *files_dir;   /**< where the descriptions of services are */
} MediaDeviceConfig;

typedef struct MediaDevice MediaDevice;

/** Starts; what the config names is copied, `directory` must outlive it. NULL with `error` (G_FILE_ERROR, OPTION_ERROR). An
 * interface that is not there is waited for. */
MediaDevice *media_device_start(const MediaDeviceConfig *config, ContentDirectory *directory, GError **error);
/** Says byebye on all interfaces. NULL is accepted. */
void media_device_stop(MediaDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MediaDevice, media_device_stop)

/** How many interfaces it is on. */
unsigned media_device_count(const MediaDevice *device);
