#include "tests/bench/search_corpus.h"

#include "catalog/search/pinyin_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CUES_OF_TRANSCRIPT 150
#define WORDS_OF_CUE 8
#define WORDS_OF_SUMMARY 24

struct SearchCorpus {
  GPtrArray *words;  /* char * */
  GArray *cumulated; /* double: sums of frequencies */
};

static const struct {
  const char *category;
  const char *subjects[14];
} fields[] = {
    {"civic",
     {"民法典", "社区治理", "志愿服务", "垃圾分类", "消防安全", "防诈骗", "公民道德", "国家安全", "社会保障",
      "选举知识", "法律援助", "文明礼仪", "党史学习", "劳动合同"}},
    {"arts",
     {"书法", "国画", "音乐欣赏", "二胡", "葫芦丝", "摄影", "诗词", "剪纸", "京剧", "合唱", "古筝", "陶艺",
      "攀枝花历史", "红色文化"}},
    {"science",
     {"人工智能", "智能手机", "编程入门", "天文观测", "科学实验", "三维打印", "无人机", "网络安全", "数据分析",
      "新能源", "机器人", "物联网", "Python", "Excel"}},
    {"skills",
     {"电工", "焊接", "月嫂培训", "家政服务", "中式烹饪", "西点烘焙", "电商直播", "会计实务", "养老护理",
      "美容美发", "汽车维修", "茶艺", "芒果种植", "蔬菜种植"}},
    {"sports",
     {"太极拳", "八段锦", "广场舞", "瑜伽", "乒乓球", "羽毛球", "健身操", "游泳", "太极剑", "柔力球", "门球",
      "健步走", "象棋", "五禽戏"}},
    {"health",
     {"高血压", "糖尿病", "中医养生", "穴位按摩", "心理健康", "合理膳食", "急救知识", "骨质疏松", "睡眠健康",
      "四季养生", "眼科保健", "口腔健康", "用药安全", "慢病管理"}},
    {"life",
     {"家庭烹饪", "插花", "旅游英语", "手工编织", "阳台种菜", "宠物养护", "理财知识", "收纳整理", "缝纫", "咖啡",
      "钓鱼", "盆景", "手机摄影", "短视频制作"}},
    {"sign-language",
     {"手语入门", "日常手语", "手语歌曲", "医院手语", "手语翻译", "银行手语", "交通手语", "数字手语", "手语故事",
      "校园手语", "手语对话", "法律手语", "职场手语", "手语礼仪"}},
    {"family",
     {"亲子沟通", "隔代教育", "青春期教育", "家庭教育", "儿童阅读", "学习习惯", "婚姻家庭", "孕期保健",
      "婴幼儿照护", "家风家训", "情绪管理", "升学指导", "家校共育", "安全教育"}},
};
static const char *const patterns[] = {"%s入门",       "%s基础教程", "%s（%d）",   "跟我学%s 第%d课",
                                       "%s与健康生活", "老年人%s",   "零基础学%s", "%s技巧",
                                       "%s实用课堂",   "社区%s讲座", "%s进阶",     "%s 第%d讲"};
static const char *const surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                       "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"};
static const char *const given[] = {"伟", "芳", "娜", "敏",   "静",   "丽",   "强",  "磊", "军",
                                    "洋", "勇", "艳", "杰",   "娟",   "涛",   "明",  "超", "秀英",
                                    "霞", "平", "刚", "桂英", "建国", "玉兰", "海燕"};
static const char *const audiences[] = {"elders", "youth", "workers", "migrants", "rural", "community", "disabled"};
static const char *const kinds[] = {"micro", "micro", "micro", "hd", "hd", "textbook"};
static const char *const levels[] = {"beginner", "beginner", "intermediate", "advanced"};
static const char *const places[] = {"东区", "西区", "仁和区", "米易县", "盐边县"};
static const char *const counties[] = {"510402", "510403", "510411", "510421", "510422"};
static const char *const towns[] = {"炳草岗", "大渡口", "清香坪", "玉泉", "前进",
                                    "攀莲",   "桐子林", "红格",   "渔门", "平地"};

static void add_line(SearchCorpus *corpus, const char *line, const char *end, double *sum) {
  const char *tab = memchr(line, '\t', (size_t)(end - line));
  if (!tab || *line == '#' || g_utf8_strlen(line, tab - line) < 2)
    return;
  const char *frequency = memrchr(line, '\t', (size_t)(end - line));
  *sum += 1 + strtod(frequency + 1, NULL);
  g_ptr_array_add(corpus->words, g_strndup(line, (gsize)(tab - line)));
  g_array_append_val(corpus->cumulated, *sum);
}

SearchCorpus *search_corpus_new(void) {
  SearchCorpus *corpus = g_new0(SearchCorpus, 1);
  double sum = 0;
  corpus->words = g_ptr_array_new_with_free_func(g_free);
  corpus->cumulated = g_array_new(FALSE, FALSE, sizeof(double));
  for (const char *at = pinyin_data_begin; at < pinyin_data_end;) {
    const char *end = memchr(at, '\n', (size_t)(pinyin_data_end - at));
    end = end ? end : pinyin_data_end;
    add_line(corpus, at, end, &sum);
    at = end + 1;
  }
  return corpus;
}

void search_corpus_free(SearchCorpus *corpus) {
  g_ptr_array_unref(corpus->words);
  g_array_unref(corpus->cumulated);
  g_free(corpus);
}

/* splitmix64: the same on every machine. */
static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static double next_share(uint64_t *state) {
  return (double)(next_random(state) >> 11) / (double)(UINT64_C(1) << 53);
}

#define PICK(list, state) list[next_random(state) % G_N_ELEMENTS(list)]

static const char *pick_word(const SearchCorpus *corpus, uint64_t *state) {
  const double *sums = (const double *)(const void *)corpus->cumulated->data;
  guint low = 0, high = corpus->cumulated->len - 1;
  double wanted = next_share(state) * sums[high];
  while (low < high) {
    guint middle = (low + high) / 2;
    if (sums[middle] < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return corpus->words->pdata[low];
}

static void append_words(const SearchCorpus *corpus, GString *text, int count, uint64_t *state) {
  for (int i = 0; i < count; i++) {
    g_string_append(text, pick_word(corpus, state));
    if (i % 7 == 6)
      g_string_append(text, i % 2 ? "，" : "。");
  }
}

static void set_title(SearchDocument *document, const char *subject, uint64_t *state) {
  const char *pattern = PICK(patterns, state);
  int number = 1 + (int)(next_random(state) % 40);
  g_autoptr(GString) title = g_string_new(pattern);
  g_autofree char *digits = g_strdup_printf("%d", number);
  g_string_replace(title, "%s", subject, 1);
  g_string_replace(title, "%d", digits, 1);
  search_document_set(&document->title, title->str);
}

static void set_place(SearchDocument *document, uint64_t *state) {
  size_t county = next_random(state) % G_N_ELEMENTS(places), town = next_random(state) % G_N_ELEMENTS(towns);
  size_t village = next_random(state) % 4;
  g_autofree char *code = g_strdup_printf("%s%03d%03d", counties[county], (int)town + 1, (int)village);
  g_autofree char *institution =
      village == 0 ? g_strdup_printf("%s社区学院%s分院", places[county], towns[town])
                   : g_strdup_printf("%s%s第%d社区学习中心", places[county], towns[town], (int)village);
  search_document_set(&document->division, code);
  search_document_set(&document->institution, institution);
}

static void add_transcript(const SearchCorpus *corpus, SearchDocument *document, uint64_t *state) {
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < CUES_OF_TRANSCRIPT; i++) {
    g_string_truncate(text, 0);
    append_words(corpus, text, WORDS_OF_CUE, state);
    search_document_add_cue(document, "lesson", i * 5 * G_TIME_SPAN_SECOND, false, text->str);
  }
}

SearchDocument *search_corpus_make(const SearchCorpus *corpus, uint32_t number, uint32_t count,
                                   uint32_t transcripts) {
  uint64_t state = number * UINT64_C(1000003) + 42;
  g_autofree char *id = g_strdup_printf("%013u", number);
  SearchDocument *document = search_document_new(id);
  size_t field = next_random(&state) % G_N_ELEMENTS(fields);
  const char *subject = PICK(fields[field].subjects, &state);
  g_autofree char *lecturer = g_strconcat(PICK(surnames, &state), PICK(given, &state), NULL);
  const char *const tags[] = {subject, pick_word(corpus, &state), pick_word(corpus, &state), NULL};
  const char *const lecturers[] = {lecturer, NULL};
  const char *const wanted[] = {PICK(audiences, &state), next_random(&state) % 3 ? NULL : PICK(audiences, &state),
                                NULL};
  g_autoptr(GString) summary = g_string_new(subject);
  append_words(corpus, summary, WORDS_OF_SUMMARY, &state);
  set_title(document, subject, &state);
  search_document_set(&document->summary, summary->str);
  search_document_set_list(&document->tags, tags);
  search_document_set_list(&document->lecturers, lecturers);
  search_document_set_list(&document->audiences, wanted);
  search_document_set(&document->category, fields[field].category);
  search_document_set(&document->kind, PICK(kinds, &state));
  search_document_set(&document->level, PICK(levels, &state));
  set_place(document, &state);
  document->popularity = (uint32_t)(1e6 / (1 + 1e5 * next_share(&state)));
  document->created_us = (INT64_C(1420070400) + (int64_t)(next_random(&state) % 370000000)) * G_TIME_SPAN_SECOND;
  document->duration_us = (int64_t)(3 + next_random(&state) % 90) * 60 * G_TIME_SPAN_SECOND;
  if (transcripts > 0 && number % (count / MIN(transcripts, count)) == 0)
    add_transcript(corpus, document, &state);
  return document;
}

static const char *const frequent[] = {"社", "区", "学", "课", "一", "的", "大", "手", "人", "生", NULL};
static const char *const two[] = {"书法", "音乐", "手机", "养生", "健康", "烹饪", "摄影",
                                  "编程", "瑜伽", "教育", "中国", "公司", "时间", "问题",
                                  "工作", "生活", "茶艺", "剪纸", "二胡", "急救", NULL};
static const char *const four[] = {"智能手机", "人工智能", "中医养生", "合理膳食", "垃圾分类",
                                   "社区治理", "亲子沟通", "隔代教育", "家庭教育", "手工编织",
                                   "养老护理", "志愿服务", NULL};
static const char *const phrase[] = {"太极拳入门",     "零基础学书法",     "跟我学二胡",
                                     "老年人智能手机", "高血压与健康生活", "社区急救知识讲座",
                                     "芒果种植技巧",   "广场舞基础教程",   NULL};
static const char *const words_two[] = {"太极 健康", "书法 老年人", "手机 摄影", "养生 四季",
                                        "王芳 瑜伽", "米易县 种植", "东区 音乐", "问题 工作",
                                        "公司 法律", "儿童 阅读",   NULL};
static const char *const pinyin[] = {"taijiquan", "shufa",    "yinyue", "guangchangwu", "shouji",
                                     "yangsheng", "pengren",  "jijiu",  "erhu",         "zhinengshouji",
                                     "jianzhi",   "wangfang", NULL};
static const char *const initials[] = {"tjq",  "gcw",  "znsj", "bdj", "yjrm", "rgzn",
                                       "zyys", "ylhl", "sf",   "yj",  NULL};
static const char *const typing[] = {"t",   "ta",   "tai", "taij", "taiji", "太", "太极",
                                     "shu", "shuf", "yin", "yiny", "sh",    "gu", "guang",
                                     "手",  "手机", "ex",  "exc",  "py",    "w",  NULL};
static const char *const rare[] = {"饕餮",     "葳蕤", "翡翠", "琵琶", "zhuangbei",
                                   "海市蜃楼", "欧阳", "魑魅", "饸饹", NULL};

const SearchQueryClass *search_corpus_queries(size_t *ret_count) {
  static const SearchQueryClass classes[] = {
      {"one frequent character", frequent},
      {"two characters", two},
      {"four characters", four},
      {"phrase", phrase},
      {"two words", words_two},
      {"full pinyin", pinyin},
      {"initials", initials},
      {"as typed", typing},
      {"rare", rare},
  };
  *ret_count = G_N_ELEMENTS(classes);
  return classes;
}
