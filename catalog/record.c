#include "catalog/record.h"

#include <string.h>

#define NAME_MAX_CHARACTERS 200
#define PROSE_MAX_CHARACTERS 20000
#define CHANNEL_NUMBER_MAX 9999

static const RecordField course_fields[] = {
    {.name = "title", .zh = "标题", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "summary", .zh = "简介", .type = RECORD_FIELD_PROSE, .size_max = PROSE_MAX_CHARACTERS},
    {.name = "kind",
     .zh = "资源类型",
     .type = RECORD_FIELD_WORD,
     .flags = RECORD_FIELD_REQUIRED,
     .words = catalog_kinds,
     .default_value = "micro"},
    {.name = "category", .zh = "类别", .type = RECORD_FIELD_WORD, .words = catalog_categories},
    {.name = "level", .zh = "难度", .type = RECORD_FIELD_WORD, .words = catalog_levels},
    {.name = "language",
     .zh = "语言",
     .type = RECORD_FIELD_LANGUAGE,
     .flags = RECORD_FIELD_REQUIRED,
     .size_max = 35,
     .default_value = "zh-CN"},
    {.name = "licence", .zh = "许可", .type = RECORD_FIELD_WORD, .words = catalog_licences},
    {.name = "term", .zh = "学期", .size_max = 40},
    {.name = "institution_id", .zh = "机构", .type = RECORD_FIELD_REFERENCE, .refers_to = RECORD_INSTITUTION},
    {.name = "division", .zh = "行政区划", .type = RECORD_FIELD_DIVISION},
    {.name = "status",
     .zh = "状态",
     .type = RECORD_FIELD_WORD,
     .flags = RECORD_FIELD_REQUIRED,
     .words = catalog_course_states,
     .default_value = "draft"},
    {.name = "visibility",
     .zh = "可见范围",
     .type = RECORD_FIELD_WORD,
     .flags = RECORD_FIELD_REQUIRED,
     .words = catalog_visibilities,
     .default_value = "public"},
    {.name = "visible_to", .zh = "可见对象", .flags = RECORD_FIELD_SECRET, .size_max = 64},
    {.name = "audiences", .zh = "重点人群", .type = RECORD_FIELD_WORDS, .words = catalog_audiences},
    {.name = "tags", .zh = "标签", .type = RECORD_FIELD_LINES, .size_max = 40},
    {.name = "lecturer_ids", .zh = "讲师", .type = RECORD_FIELD_REFERENCES, .refers_to = RECORD_LECTURER},
};

static const RecordField institution_fields[] = {
    {.name = "name", .zh = "名称", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "division", .zh = "行政区划", .type = RECORD_FIELD_DIVISION},
    {.name = "kind", .zh = "机构类型", .type = RECORD_FIELD_WORD, .words = catalog_institution_kinds},
};

static const RecordField lecturer_fields[] = {
    {.name = "name", .zh = "姓名", .flags = RECORD_FIELD_REQUIRED, .size_max = 100},
    {.name = "title", .zh = "职称", .size_max = 100},
    {.name = "institution_id", .zh = "机构", .type = RECORD_FIELD_REFERENCE, .refers_to = RECORD_INSTITUTION},
    {.name = "bio", .zh = "简历", .type = RECORD_FIELD_PROSE, .size_max = PROSE_MAX_CHARACTERS},
};

static const RecordField room_fields[] = {
    {.name = "name", .zh = "名称", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "division", .zh = "行政区划", .type = RECORD_FIELD_DIVISION},
    {.name = "institution_id", .zh = "机构", .type = RECORD_FIELD_REFERENCE, .refers_to = RECORD_INSTITUTION},
};

static const RecordField collection_fields[] = {
    {.name = "kind",
     .zh = "专题类型",
     .type = RECORD_FIELD_WORD,
     .flags = RECORD_FIELD_REQUIRED,
     .words = catalog_collection_kinds,
     .default_value = "plain"},
    {.name = "title", .zh = "标题", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "summary", .zh = "简介", .type = RECORD_FIELD_PROSE, .size_max = PROSE_MAX_CHARACTERS},
    {.name = "division", .zh = "行政区划", .type = RECORD_FIELD_DIVISION},
    {.name = "course_ids", .zh = "课程", .type = RECORD_FIELD_REFERENCES, .refers_to = RECORD_COURSE},
};

static const RecordField attachment_fields[] = {
    {.name = "course_id",
     .zh = "课程",
     .type = RECORD_FIELD_REFERENCE,
     .refers_to = RECORD_COURSE,
     .flags = RECORD_FIELD_REQUIRED | RECORD_FIELD_FIXED},
    {.name = "title", .zh = "标题", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "name", .zh = "文件名", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "position", .zh = "次序", .type = RECORD_FIELD_NUMBER, .size_max = 100000, .default_value = "1"},
    {.name = "size_bytes",
     .zh = "大小",
     .type = RECORD_FIELD_NUMBER,
     .size_max = INT64_MAX,
     .flags = RECORD_FIELD_FIXED | RECORD_FIELD_INTERNAL},
    {.name = "blob_key", .zh = "存储位置", .size_max = 200, .flags = RECORD_FIELD_FIXED | RECORD_FIELD_INTERNAL},
};

static const RecordField channel_fields[] = {
    {.name = "title", .zh = "名称", .flags = RECORD_FIELD_REQUIRED, .size_max = NAME_MAX_CHARACTERS},
    {.name = "number",
     .zh = "频道号",
     .type = RECORD_FIELD_NUMBER,
     .flags = RECORD_FIELD_REQUIRED,
     .size_max = CHANNEL_NUMBER_MAX},
    {.name = "summary", .zh = "简介", .type = RECORD_FIELD_PROSE, .size_max = PROSE_MAX_CHARACTERS},
    {.name = "logo", .zh = "台标", .size_max = 500},
    {.name = "division", .zh = "行政区划", .type = RECORD_FIELD_DIVISION},
    {.name = "institution_id", .zh = "机构", .type = RECORD_FIELD_REFERENCE, .refers_to = RECORD_INSTITUTION},
    {.name = "visibility",
     .zh = "可见范围",
     .type = RECORD_FIELD_WORD,
     .flags = RECORD_FIELD_REQUIRED,
     .words = catalog_visibilities,
     .default_value = "public"},
    {.name = "visible_to", .zh = "可见对象", .flags = RECORD_FIELD_SECRET, .size_max = 64},
};

#define SPEC(name_, plural_, zh_, fields_)                                                                         \
  { name_, plural_, zh_, fields_, G_N_ELEMENTS(fields_) }
static const RecordSpec specs[RECORD_KIND_COUNT] = {
    [RECORD_COURSE] = SPEC("course", "courses", "课程", course_fields),
    [RECORD_INSTITUTION] = SPEC("institution", "institutions", "机构", institution_fields),
    [RECORD_LECTURER] = SPEC("lecturer", "lecturers", "讲师", lecturer_fields),
    [RECORD_ROOM] = SPEC("room", "rooms", "活动室", room_fields),
    [RECORD_COLLECTION] = SPEC("collection", "collections", "专题", collection_fields),
    [RECORD_ATTACHMENT] = SPEC("attachment", "attachments", "附件", attachment_fields),
    [RECORD_CHANNEL] = SPEC("channel", "channels", "频道", channel_fields),
};
G_STATIC_ASSERT(G_N_ELEMENTS(course_fields) <= RECORD_FIELDS_MAX);

/* The ways between states; "deleted" is reached by deleting alone. */
static const struct {
  const char *from, *to;
} state_ways[] = {
    {"draft", "review"},        {"draft", "published"},   {"draft", "deleted"},       {"review", "draft"},
    {"review", "published"},    {"review", "deleted"},    {"published", "withdrawn"}, {"withdrawn", "draft"},
    {"withdrawn", "published"}, {"withdrawn", "deleted"},
};

bool course_state_may_become(const char *from, const char *to) {
  for (size_t i = 0; i < G_N_ELEMENTS(state_ways); i++)
    if (g_str_equal(state_ways[i].from, from) && g_str_equal(state_ways[i].to, to))
      return true;
  return g_str_equal(from, to);
}

const RecordSpec *record_spec(RecordKind kind) {
  return &specs[kind];
}

bool record_spec_find(const char *name, RecordKind *ret_kind) {
  for (int i = 0; i < RECORD_KIND_COUNT; i++)
    if (g_str_equal(specs[i].name, name) || g_str_equal(specs[i].plural, name)) {
      *ret_kind = (RecordKind)i;
      return true;
    }
  return false;
}

int record_spec_find_field(const RecordSpec *spec, const char *name) {
  for (size_t i = 0; i < spec->field_count; i++)
    if (g_str_equal(spec->fields[i].name, name) || g_str_equal(spec->fields[i].zh, name))
      return (int)i;
  return -1;
}

bool record_field_is_list(const RecordField *field) {
  return field->type == RECORD_FIELD_WORDS || field->type == RECORD_FIELD_LINES ||
         field->type == RECORD_FIELD_REFERENCES;
}

CatalogRecord *catalog_record_new(RecordKind kind) {
  CatalogRecord *record = g_new0(CatalogRecord, 1);
  record->kind = kind;
  return record;
}

void catalog_record_free(CatalogRecord *record) {
  if (!record)
    return;
  g_free(record->id);
  for (size_t i = 0; i < RECORD_FIELDS_MAX; i++)
    g_free(record->values[i]);
  g_free(record);
}

void catalog_record_set(CatalogRecord *record, const char *field, const char *value) {
  int index = record_spec_find_field(&specs[record->kind], field);
  g_assert(index >= 0);
  g_free(record->values[index]);
  record->values[index] = g_strdup(value);
}

const char *catalog_record_get(const CatalogRecord *record, const char *field) {
  int index = record_spec_find_field(&specs[record->kind], field);
  g_assert(index >= 0);
  return record->values[index] ? record->values[index] : "";
}

/* --- faults --- */

static const struct {
  const char *zh, *en; /* {f}: the field, {g}: what was given */
} fault_texts[] = {
    [RECORD_FAULT_NONE] = {"", ""},
    [RECORD_FAULT_UNKNOWN_FIELD] = {"没有“{f}”这个字段", "there is no field {f}"},
    [RECORD_FAULT_TYPE] = {"{f}：值的类型不对", "{f}: the value is of a wrong type"},
    [RECORD_FAULT_MISSING] = {"{f}：不能为空", "{f}: it must not be empty"},
    [RECORD_FAULT_TOO_LONG] = {"{f}：太长", "{f}: it is too long"},
    [RECORD_FAULT_TOO_MANY] = {"{f}：项数太多", "{f}: there are too many"},
    [RECORD_FAULT_NO_WORD] = {"{f}：没有“{g}”这个选项", "{f}: \"{g}\" is none of its words"},
    [RECORD_FAULT_NO_RECORD] = {"{f}：“{g}”不存在", "{f}: there is no \"{g}\""},
    [RECORD_FAULT_FORM] = {"{f}：“{g}”的写法不对", "{f}: \"{g}\" is not of the right form"},
    [RECORD_FAULT_FIXED] = {"{f}：不能修改", "{f}: it cannot be changed"},
    [RECORD_FAULT_TWICE] = {"{f}：“{g}”重复", "{f}: \"{g}\" is there already"},
    [RECORD_FAULT_STATE] = {"{f}：现在不能改为“{g}”", "{f}: it cannot become \"{g}\" now"},
    [RECORD_FAULT_RIGHT] = {"{f}：没有权限（{g}）", "{f}: you have no right to do that ({g})"},
};

void record_fault_set(RecordFault *fault, RecordFaultReason reason, const char *field, const char *given) {
  fault->reason = reason;
  g_autofree char *valid = g_utf8_make_valid(field, -1), *shown = g_utf8_make_valid(given ? given : "", -1);
  g_autofree char *cut_field = g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), 9));
  g_autofree char *cut = g_utf8_substring(shown, 0, MIN(g_utf8_strlen(shown, -1), 30));
  g_strlcpy(fault->field, strlen(valid) < sizeof fault->field ? valid : cut_field, sizeof fault->field);
  g_strlcpy(fault->given, cut, sizeof fault->given);
}

static char *fill(const char *text, const char *field, const char *given) {
  g_autoptr(GString) out = g_string_new(text);
  g_string_replace(out, "{f}", field, 1);
  g_string_replace(out, "{g}", given, 1);
  return g_strdup(out->str);
}

char *record_fault_text_zh(const RecordFault *fault) {
  return fill(fault_texts[fault->reason].zh, fault->field, fault->given);
}

char *record_fault_text_en(const RecordFault *fault) {
  return fill(fault_texts[fault->reason].en, fault->field, fault->given);
}
