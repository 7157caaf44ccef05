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

static const CatalogWord levels[] = {
    {"beginner", "入门", "Beginner"},
    {"intermediate", "进阶", "Intermediate"},
    {"advanced", "提高", "Advanced"},
};

static const CatalogWord licences[] = {
    {"all-rights-reserved", "保留所有权利", "All rights reserved"},
    {"cc0", "CC0 公共领域贡献", "CC0 1.0"},
    {"cc-by", "知识共享 署名", "CC BY 4.0"},
    {"cc-by-sa", "知识共享 署名-相同方式共享", "CC BY-SA 4.0"},
    {"cc-by-nd", "知识共享 署名-禁止演绎", "CC BY-ND 4.0"},
    {"cc-by-nc", "知识共享 署名-非商业性使用", "CC BY-NC 4.0"},
    {"cc-by-nc-sa", "知识共享 署名-非商业性使用-相同方式共享", "CC BY-NC-SA 4.0"},
    {"cc-by-nc-nd", "知识共享 署名-非商业性使用-禁止演绎", "CC BY-NC-ND 4.0"},
};

static const CatalogWord states[] = {
    {"draft", "草稿", "Draft"},
    {"review", "审核中", "In review"},
    {"published", "已发布", "Published"},
    {"withdrawn", "已下架", "Withdrawn"},
};

static const CatalogWord visibilities[] = {
    {"public", "所有人", "Everybody"},
    {"division", "本行政区划内", "A division's subtree"},
    {"institution", "本机构内", "An institution"},
    {"room", "本活动室内", "A room"},
    {"link", "持有链接的人", "Whoever has the link"},
};

static const CatalogWord institution_kinds[] = {
    {"university", "社区大学", "Community university"},
    {"college", "社区学院", "Community college"},
    {"school", "社区学校", "Community school"},
    {"centre", "社区学习中心", "Community learning centre"},
    {"other", "其他", "Other"},
};

static const CatalogWord collection_kinds[] = {
    {"plain", "专题", "Collection"},
    {"brand", "一地一特", "A locality's own brand"},
    {"learning-week", "全民终身学习活动周", "Learning week"},
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

const CatalogWord *catalog_levels(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(levels);
  return levels;
}

const CatalogWord *catalog_licences(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(licences);
  return licences;
}

const CatalogWord *catalog_course_states(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(states);
  return states;
}

const CatalogWord *catalog_visibilities(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(visibilities);
  return visibilities;
}

const CatalogWord *catalog_institution_kinds(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(institution_kinds);
  return institution_kinds;
}

const CatalogWord *catalog_collection_kinds(size_t *ret_count) {
  *ret_count = G_N_ELEMENTS(collection_kinds);
  return collection_kinds;
}

const CatalogWord *catalog_find_word(const CatalogWord *words, size_t count, const char *text) {
  for (size_t i = 0; text && i < count; i++)
    if (g_ascii_strcasecmp(words[i].slug, text) == 0 || g_ascii_strcasecmp(words[i].en, text) == 0 ||
        g_str_equal(words[i].zh, text))
      return &words[i];
  return NULL;
}
