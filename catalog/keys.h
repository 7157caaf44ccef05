/** Names of blobs: one place for the layout of the store.
 *   source/ASSET                       the uploaded file
 *   asset/ASSET/TRACK/SPAN-ATTEMPT.m4s span files ("000012-3.m4s")
 *   asset/ASSET/poster-ATTEMPT.jpg
 *   asset/ASSET/poster-hand-EDIT.jpg       by an editor
 *   asset/ASSET/captions/LANG.vtt          by hand: came with the source
 *   asset/ASSET/captions/LANG.hand-EDIT.vtt by an editor
 *   asset/ASSET/captions/LANG.ATTEMPT.vtt  found inside the source
 *   asset/ASSET/storyboard-ATTEMPT-SHEET.jpg
 * Callers free the strings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define KEY_PREFIX_SOURCES "source/"
#define KEY_PREFIX_ASSETS "asset/"

char *key_of_source(const char *asset_id);
char *key_of_span(const char *asset_id, const char *track_name, int64_t span_index, int64_t attempt);
char *key_of_poster(const char *asset_id, int64_t attempt);
char *key_of_caption(const char *asset_id, const char *language);
/** `edit_id`: another one for each edit; see base/id.h. */
char *key_of_edited_caption(const char *asset_id, const char *language, const char *edit_id);
char *key_of_edited_poster(const char *asset_id, const char *edit_id);
/** Whether a caption file of the asset in `language` was given by hand, with the source or by an editor. */
bool key_is_caption_by_hand(const char *key, const char *asset_id, const char *language);
char *key_of_embedded_caption(const char *asset_id, const char *language, int64_t attempt);
char *key_of_storyboard_sheet(const char *asset_id, int64_t attempt, int64_t sheet_index);
/** The prefix of all that is made for an asset. */
char *key_of_attachment(const char *attachment_id);
char *key_prefix_of_asset(const char *asset_id);
