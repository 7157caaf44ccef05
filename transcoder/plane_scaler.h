/** Scales a plane of 8-bit samples down by a separable bicubic filter (the cubic of Mitchell and Netravali, "Reconstruction
 * Filters in Computer Graphics", 1988, with B = 0, C = 0.6), widened by the ratio so that nothing folds. Rows are filtered
 * first: there are fewer of them left for the costlier way along a row.
 * Threads: one thread per scaler. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

typedef struct {
  int source_width, source_height;
  int width, height; /**< each at most the source's, and at least half of it */
  bool is_chroma;    /**< of 4:2:0: samples stand with every other luma sample of a row, between two of a column */
  bool is_portable;  /**< without vector instructions, with the same result: for tests */
} PlaneScalerConfig;

typedef struct PlaneScaler PlaneScaler;

/** Whether there is a scaler for this. */
bool plane_scaler_can(const PlaneScalerConfig *config);

PlaneScaler *plane_scaler_new(const PlaneScalerConfig *config);
void plane_scaler_free(PlaneScaler *scaler); /**< NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlaneScaler, plane_scaler_free)

/** `source_stride` and `stride`: bytes from one row to the next, at least the width. The planes do not overlap. */
void plane_scaler_run(PlaneScaler *scaler, const uint8_t *source, ptrdiff_t source_stride, uint8_t *target,
                      ptrdiff_t stride);
