/** Cues as SubRip (.srt), for televisions that know no WebVTT. Pure. */
#pragma once

#include "media/webvtt.h"

/** UTF-8 with a byte order mark, without which old televisions show it in another encoding, and lines that end in CR LF. <i>, <b>
 * and <u> stay, all other markup goes, and references become the characters they stand for. Appends to `out`. */
void subrip_write(GString *out, const WebvttDocument *document);
