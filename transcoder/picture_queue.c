#include "transcoder/picture_queue.h"

struct PictureQueue {
  GMutex mutex;
  GCond changed;
  Picture *pictures; /**< a ring */
  size_t limit, first, count;
  bool is_ended, is_stopped;
};

void picture_clear(Picture *picture) {
  av_frame_free(&picture->frame);
}

PictureQueue *picture_queue_new(size_t limit) {
  g_return_val_if_fail(limit > 0, NULL);
  PictureQueue *queue = g_new0(PictureQueue, 1);
  g_mutex_init(&queue->mutex);
  g_cond_init(&queue->changed);
  queue->pictures = g_new0(Picture, limit);
  queue->limit = limit;
  return queue;
}

void picture_queue_free(PictureQueue *queue) {
  if (queue == NULL)
    return;
  for (size_t i = 0; i < queue->count; i++)
    picture_clear(&queue->pictures[(queue->first + i) % queue->limit]);
  g_mutex_clear(&queue->mutex);
  g_cond_clear(&queue->changed);
  g_free(queue->pictures);
  g_free(queue);
}

bool picture_queue_push(PictureQueue *queue, Picture *picture) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&queue->mutex);
  while (queue->count == queue->limit && !queue->is_stopped)
    g_cond_wait(&queue->changed, &queue->mutex);
  if (queue->is_stopped) {
    picture_clear(picture);
    return false;
  }
  queue->pictures[(queue->first + queue->count) % queue->limit] = *picture;
  queue->count++;
  picture->frame = NULL;
  g_cond_broadcast(&queue->changed);
  return true;
}

bool picture_queue_pop(PictureQueue *queue, Picture *ret_picture) {
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&queue->mutex);
  while (queue->count == 0 && !queue->is_ended && !queue->is_stopped)
    g_cond_wait(&queue->changed, &queue->mutex);
  if (queue->count == 0 || queue->is_stopped)
    return false;
  *ret_picture = queue->pictures[queue->first];
  queue->pictures[queue->first] = (Picture){0};
  queue->first = (queue->first + 1) % queue->limit;
  queue->count--;
  g_cond_broadcast(&queue->changed);
  return true;
}

static void set_and_wake(PictureQueue *queue, bool *flag) {
  g_mutex_lock(&queue->mutex);
  *flag = true;
  g_cond_broadcast(&queue->changed);
  g_mutex_unlock(&queue->mutex);
}

void picture_queue_end(PictureQueue *queue) {
  set_and_wake(queue, &queue->is_ended);
}

void picture_queue_stop(PictureQueue *queue) {
  set_and_wake(queue, &queue->is_stopped);
}
