#include "catalog/course.h"

static const CatalogWord categories[] = {
    {"civic", "公民素养", "Civic literacy"},           {"arts", "人文艺术", "Arts and humanities"},
    {"science", "科技创新", "Science and technology"}, {"skills", "职业技能", "Vocational skills"},
    {"sports", "运动健身", "Sports and fitness"},      {"health", "养生保健", "Health"},
    {"life", "生活休闲", "Life and leisure"},          {"sign-language", "手语教育", "Sign language"},
    {"family", "家庭教育", "Family education"},
};

static const CatalogWord audiences[] = {
    {"elders", "老年人", "Elders"},
    {"youth", "青少年", "Young people"},
    {"workers", "在岗人员", "People in work"},
    {"migrants", "进城务工人员", "Migrant workers"},
    {"rural", "农村居民", "Rural residents"},
    {"community", "社区工作者", "Community workers"},
    {"disabled", "残障人士", "People with disabilities"},
};

static const CatalogWord kinds[] = {
    {"micro", "微课", "Micro-lecture"},
    {"hd", "高清视频", "HD course video"},
    {"textbook", "教材", "Textbook"},
};

const CatalogWord *catalog_categories(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(categories);
  return categories;
}

const CatalogWord *catalog_audiences(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(audiences);
  return audiences;
}

const CatalogWord *catalog_kinds(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(kinds);
  return kinds;
}

const CatalogWord *catalog_find_word(const CatalogWord *words, size_t count, const char *text) {
  for (size_t i = 0; text && i < count; i++)
    if (g_ascii_strcasecmp(words[i].slug, text) == 0 || g_ascii_strcasecmp(words[i].en, text) == 0 ||
        g_str_equal(words[i].zh, text))
      return &words[i];
  return NULL;
}
