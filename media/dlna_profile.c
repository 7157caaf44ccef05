#include "media/dlna_profile.h"

#include <string.h>

/** sp, lop and byte seek as DLNA.ORG_OP; flags: streaming, background, stalling allowed, DLNA 1.5. */
#define FEATURES_OF_STREAM "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=01700000000000000000000000000000"
/** Interactive, background, stalling allowed, DLNA 1.5. */
#define FEATURES_OF_IMAGE "DLNA.ORG_OP=01;DLNA.ORG_CI=0;DLNA.ORG_FLAGS=00f00000000000000000000000000000"

#define PROFILE_HIGH 0x64
#define PROFILE_MAIN 0x4d
#define HD_LEVEL_MAX 41
#define SD_LEVEL_MAX 30

static const char *const transfer_names[] = {
    [DLNA_TRANSFER_STREAMING] = "Streaming",
    [DLNA_TRANSFER_BACKGROUND] = "Background",
};

/** "avc1.PPCCLL" (RFC 6381 §3.3). */
static gboolean read_avc(const char *codec, guint *ret_profile, guint *ret_level) {
  char digits[7] = "";
  char *end = NULL;
  if (!g_str_has_prefix(codec, "avc1.") || strlen(codec) != strlen("avc1.PPCCLL"))
    return FALSE;
  g_strlcpy(digits, codec + strlen("avc1."), sizeof digits);
  guint64 bits = g_ascii_strtoull(digits, &end, 16);
  *ret_profile = (guint)(bits >> 16);
  *ret_level = (guint)(bits & 0xff);
  return *end == '\0';
}

static gboolean is_hd_size(const DlnaMovie *movie) {
  return (movie->width == 1280 && movie->height == 720) || (movie->width == 1920 && movie->height == 1080);
}

static gboolean is_sd_size(const DlnaMovie *movie) {
  return movie->height <= 576 && movie->width <= 720;
}

const char *dlna_profile_of_movie(const DlnaMovie *movie) {
  guint profile = 0, level = 0;
  gboolean is_aac = movie->audio_codec != NULL && strcmp(movie->audio_codec, "mp4a.40.2") == 0;
  if (!is_aac || movie->channels < 1 || movie->channels > 2)
    return NULL;
  if (movie->video_codec == NULL)
    return "AAC_ISO";
  if (!read_avc(movie->video_codec, &profile, &level))
    return NULL;
  if (profile == PROFILE_HIGH && level <= HD_LEVEL_MAX && is_hd_size(movie))
    return "AVC_MP4_HP_HD_AAC";
  if (profile == PROFILE_MAIN && level <= SD_LEVEL_MAX && is_sd_size(movie))
    return "AVC_MP4_MP_SD_AAC_MULT5";
  return NULL;
}

static char *write_features(const char *profile, const char *rest) {
  return profile != NULL ? g_strconcat("DLNA.ORG_PN=", profile, ";", rest, NULL) : g_strdup(rest);
}

char *dlna_features_write(const char *profile) {
  return write_features(profile, FEATURES_OF_STREAM);
}

char *dlna_features_write_image(const char *profile) {
  return write_features(profile, FEATURES_OF_IMAGE);
}

DlnaTransfer dlna_transfer_parse(const char *text) {
  if (text == NULL)
    return DLNA_TRANSFER_STREAMING;
  for (size_t i = 0; i < G_N_ELEMENTS(transfer_names); i++)
    if (g_ascii_strcasecmp(text, transfer_names[i]) == 0)
      return (DlnaTransfer)i;
  return DLNA_TRANSFER_REFUSED;
}

const char *dlna_transfer_name(DlnaTransfer transfer) {
  return transfer < G_N_ELEMENTS(transfer_names) ? transfer_names[transfer] : transfer_names[0];
}
