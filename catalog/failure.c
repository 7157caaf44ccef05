#include "catalog/failure.h"

typedef struct {
  const char *code, *zh, *en;
} FailureText;

/* The last entry stands for every unknown code. */
static const FailureText texts[] = {
    {"not_media",
     "这个文件不是可以识别的视频或音频。请确认选对了文件：只改扩展名不会变成视频，需要用软件导出为 MP4 再上传。",
     "This file is not a video or audio that Kapok knows. Please check that it is the right file: renaming it does "
     "not "
     "make it a video; export it as MP4 and upload it again."},
    {"empty", "这个文件是空的（0 字节），可能没有录上或没有拷贝完。请检查原文件后重新上传。",
     "This file is empty (0 bytes); the recording or the copy may have failed. Please check the original and "
     "upload it "
     "again."},
    {"no_tracks", "文件里没有画面，也没有声音。请检查录制或导出的设置后重新上传。",
     "The file holds neither picture nor sound. Please check how it was recorded or exported and upload it again."},
    {"bad_picture", "画面尺寸不正确（为 0 或超过上限）。请导出为常见尺寸（如 1920×1080）后重新上传。",
     "The picture size is wrong (0, or beyond the limit). Please export it in a usual size such as 1920x1080 and "
     "upload "
     "it again."},
    {"too_long", "视频时长超过上限。请分成几段，作为几个课时上传。",
     "The video is longer than allowed. Please cut it into parts and upload them as several lessons."},
    {"too_large", "文件大小超过上限。请导出为较小的文件，或分成几段上传。",
     "The file is larger than allowed. Please export it smaller, or upload it in parts."},
    {"too_short", "视频太短，几乎没有内容。请确认录制完整后重新上传。",
     "The video is too short to hold anything. Please check that the recording is whole and upload it again."},
    {"unsupported", "这种视频或音频的编码格式暂不支持。请导出为 MP4（H.264 画面、AAC 声音）后重新上传。",
     "The coding of this video or audio is not supported. Please export it as MP4 (H.264 picture, AAC sound) and "
     "upload "
     "it again."},
    {"damaged", "文件已损坏，无法读出内容。请检查原文件能否正常播放，再重新上传。",
     "The file is damaged and nothing in it can be read. Please check that the original plays and upload it "
     "again."},
    {"encoder", "转码程序出错，与您的文件无关。请联系管理员处理后重试。",
     "The encoder failed, which is no fault of your file. Please ask the operator to look at it, then try again."},
    {"crashed", "处理这个文件时程序反复异常退出，文件可能有问题。请重新导出为 MP4 后上传；仍不成功请联系管理员。",
     "The program ended unexpectedly again and again while it worked on this file; the file may be faulty. Please "
     "export "
     "it anew as MP4 and upload it; if that fails too, ask the operator."},
    {"timeout", "处理这个文件时长时间没有进展，已停止。请重新导出为 MP4 后上传；仍不成功请联系管理员。",
     "Work on this file made no progress for too long and was stopped. Please export it anew as MP4 and upload it; "
     "if "
     "that fails too, ask the operator."},
    {"storage", "服务器存储空间不足或无法写入。请联系管理员处理后重新上传。",
     "The server's storage is full or cannot be written. Please ask the operator to see to it, then upload again."},
    {"cancelled", "已取消处理这个视频。需要时可以重试，已经做好的部分会保留。",
     "Work on this video was cancelled. It can be tried again; what was made is kept."},
    {"not_here", "这个课时是从别处导入的，视频文件还没有传到这里。请用“替换视频”上传原视频，或从备份恢复。",
     "This lesson was imported from elsewhere and its video is not here yet. Please replace it with the "
     "original, or restore it from a backup."},
    {"removed", "这个视频已被删除。", "This video was removed."},
    {"replaced", "这个视频已被新的文件替换。", "This video was replaced by a newer file."},
    {"source_missing", "服务器上找不到上传的原文件。请重新上传；如果再次出现，请联系管理员。",
     "The uploaded file is gone from the server. Please upload it again; if this happens again, ask the operator."},
    {"internal", "服务器内部出错，未能处理这个文件。请稍后重新上传；如果再次出现，请联系管理员。",
     "The server failed to process this file. Please upload it again later; if this happens again, ask the "
     "operator."},
};

static const FailureText *find_text(const char *code) {
  for (gsize i = 0; code && i < G_N_ELEMENTS(texts); i++)
    if (g_str_equal(texts[i].code, code))
      return &texts[i];
  return &texts[G_N_ELEMENTS(texts) - 1];
}

const char *failure_text_zh(const char *code) {
  return find_text(code)->zh;
}

const char *failure_text_en(const char *code) {
  return find_text(code)->en;
}
