/** A bounded queue of pictures between two threads of the span engine. Pictures travel as references; nothing is
 * copied. Threads: any. */
#pragma once

#include <glib.h>
#include <libavutil/frame.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
  AVFrame *frame; /**< owned by whoever holds the picture */
  int64_t tick;   /**< when it is shown: frame number of the lesson */
  int64_t span;   /**< the span that it belongs to */
  bool is_key;    /**< starts a closed group of pictures */
} Picture;
void picture_clear(Picture *picture);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Picture, picture_clear)

typedef struct PictureQueue PictureQueue;

/** Holds at most `limit` pictures. */
PictureQueue *picture_queue_new(size_t limit);
void picture_queue_free(PictureQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PictureQueue, picture_queue_free)

/** Wait for room and put `picture` in; takes its frame over, also on failure. False after picture_queue_stop(). */
bool picture_queue_push(PictureQueue *queue, Picture *picture);

/** Wait for a picture and take it out. False when the queue has ended and is empty, or was stopped. */
bool picture_queue_pop(PictureQueue *queue, Picture *ret_picture);

/** No more pictures will come: what is in the queue can still be taken. */
void picture_queue_end(PictureQueue *queue);

/** Let go at once whoever waits, on both sides, and from now on. */
void picture_queue_stop(PictureQueue *queue);
