#include "transcoder/still.h"

#include "transcoder/error.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#define TIMEOUT (60 * GST_SECOND)
#define JPEG_QUALITY 88

static GstElement *build_pipeline(const StillConfig *config, GError **error) {
  g_autofree char *description =
      g_strdup_printf("appsrc name=input format=time ! videoconvertscale add-borders=false"
                      " ! video/x-raw,format=I420,width=%d,height=%d,pixel-aspect-ratio=1/1,colorimetry=1:4:0:0"
                      " ! jpegenc quality=%d ! appsink name=output sync=false",
                      config->width, config->height, JPEG_QUALITY);
  g_autoptr(GError) cause = NULL;
  GstElement *pipeline = gst_parse_launch(description, &cause);
  if (pipeline != NULL && cause == NULL)
    return pipeline;
  g_set_error(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "the JPEG pipeline cannot be built: %s",
              cause != NULL ? cause->message : "unknown");
  g_clear_object(&pipeline);
  return NULL;
}

static bool save(GstSample *sample, const char *path, GError **error) {
  GstMapInfo map;
  GstBuffer *buffer = gst_sample_get_buffer(sample);
  if (!gst_buffer_map(buffer, &map, GST_MAP_READ)) {
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER,
                        "the JPEG encoder's answer is unreadable");
    return false;
  }
  g_autoptr(GError) cause = NULL;
  bool ok = g_file_set_contents(path, (const char *)map.data, (gssize)map.size, &cause);
  if (!ok)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_STORAGE, cause->message);
  gst_buffer_unmap(buffer, &map);
  return ok;
}

bool still_write_jpeg(GstBuffer *buffer, GstCaps *caps, const StillConfig *config, const char *path,
                      GError **error) {
  g_autoptr(GstElement) pipeline = build_pipeline(config, error);
  if (pipeline == NULL) {
    gst_buffer_unref(buffer);
    return false;
  }
  g_autoptr(GstElement) input = gst_bin_get_by_name(GST_BIN(pipeline), "input");
  g_autoptr(GstElement) output = gst_bin_get_by_name(GST_BIN(pipeline), "output");
  gst_app_src_set_caps(GST_APP_SRC(input), caps);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GST_BUFFER_PTS(buffer) = 0;
  gst_app_src_push_buffer(GST_APP_SRC(input), buffer);
  gst_app_src_end_of_stream(GST_APP_SRC(input));
  g_autoptr(GstSample) sample = gst_app_sink_try_pull_sample(GST_APP_SINK(output), TIMEOUT);
  bool ok = sample != NULL && save(sample, path, error);
  if (sample == NULL)
    g_set_error_literal(error, TRANSCODER_ERROR, TRANSCODER_ERROR_ENCODER, "the JPEG encoder gave nothing");
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return ok;
}
