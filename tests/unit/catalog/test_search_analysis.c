#include "catalog/search/pinyin_lexicon.h"
#include "catalog/search/search_analysis.h"

#include <string.h>

static char *fold(const char *text) {
  g_autoptr(FoldedText) folded = fold_text(text, strlen(text));
  g_assert_cmpuint(folded->starts[folded->count], ==, strlen(text));
  return g_ucs4_to_utf8(folded->chars, (glong)folded->count, NULL, NULL, NULL);
}

static void test_search_fold_text(void) {
  static const char *const cases[][2] = {
      {"太極拳", "太极拳"},
      {"重慶銀行音樂", "重庆银行音乐"},
      {"ＡＢＣ１２３", "abc123"},
      {"Tàijíquán", "taijiquan"},
      {"lǜ LÜ", "lu lv"},
      {"《书法》、入门！", " 书法  入门 "},
      {"㎏", "kg"},
      {"ﬁ", "fi"},
      {"ｶﾞ", "カ"},
      {"", ""},
      {"𠀀字", "𠀀字"},
      {"裏面 頭髮", "里面 头发"},
      {"a\xff"
       "b",
       "a b"},
      {"⾦", "金"},
      {"e\xcc\x81", "e"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *folded = fold(cases[i][0]);
    g_assert_cmpstr(folded, ==, cases[i][1]);
  }
}

static void test_search_fold_starts(void) {
  const char *text = "《太極》㎏a";
  g_autoptr(FoldedText) folded = fold_text(text, strlen(text));
  const uint32_t starts[] = {0, 3, 6, 9, 12, 12, 15, 16};
  g_assert_cmpuint(folded->count, ==, 7);
  for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
    g_assert_cmpuint(folded->starts[i], ==, starts[i]);
}

static char *read_aloud(const char *text) {
  g_autoptr(FoldedText) folded = fold_text(text, strlen(text));
  uint16_t syllables[64];
  GString *out = g_string_new(NULL);
  g_assert_cmpuint(folded->count, <=, 64);
  pinyin_lexicon_read(folded->chars, folded->count, syllables);
  for (size_t i = 0; i < folded->count; i++)
    g_string_append_printf(out, "%s%s", i ? " " : "", pinyin_syllable_text(syllables[i]));
  return g_string_free(out, FALSE);
}

/* Words in which a character is read in another way than alone, from the fields of community education. */
static void test_pinyin_lexicon_read(void) {
  static const char *const cases[][2] = {
      {"重庆", "chong qing"},
      {"音乐", "yin yue"},
      {"银行", "yin hang"},
      {"长辈", "zhang bei"},
      {"太極拳", "tai ji quan"},
      {"攀枝花", "pan zhi hua"},
      {"音乐欣赏", "yin yue xin shang"},
      {"快乐", "kuai le"},
      {"校长大会", "xiao zhang da hui"},
      {"最长大桥", "zui chang da qiao"},
      {"行业", "hang ye"},
      {"自行车", "zi xing che"},
      {"重阳节", "chong yang jie"},
      {"重要", "zhong yao"},
      {"会计", "kuai ji"},
      {"开会", "kai hui"},
      {"头发", "tou fa"},
      {"发展", "fa zhan"},
      {"藏族", "zang zu"},
      {"收藏", "shou cang"},
      {"便宜", "pian yi"},
      {"方便", "fang bian"},
      {"调解", "tiao jie"},
      {"声调", "sheng diao"},
      {"处理", "chu li"},
      {"好处", "hao chu"},
      {"爱好", "ai hao"},
      {"还款", "huan kuan"},
      {"教学", "jiao xue"},
      {"教书", "jiao shu"},
      {"角色", "jue se"},
      {"三角", "san jiao"},
      {"血压", "xue ya"},
      {"乐曲", "yue qu"},
      {"二胡", "er hu"},
      {"家长学校", "jia zhang xue xiao"},
      {"长征", "chang zheng"},
      {"成长", "cheng zhang"},
      {"女红", "nv hong"},
      {"绿化", "lv hua"},
      {"单杠", "dan gang"},
      {"朝鲜", "chao xian"},
      {"朝阳", "chao yang"},
      {"数学", "shu xue"},
      {"中药", "zhong yao"},
      {"中奖", "zhong jiang"},
      {"着急", "zhao ji"},
      {"传统", "chuan tong"},
      {"传记", "zhuan ji"},
      {"弹琴", "tan qin"},
      {"子弹", "zi dan"},
      {"降压", "jiang ya"},
      {"投降", "tou xiang"},
      {"剥削", "bo xue"},
      {"参加", "can jia"},
      {"人参", "ren shen"},
      {"都市", "du shi"},
      {"首都", "shou du"},
      {"觉得", "jue de"},
      {"睡觉", "shui jiao"},
  };
  int wrong = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *reading = read_aloud(cases[i][0]);
    if (!g_str_equal(reading, cases[i][1]) && ++wrong)
      g_test_message("%s is read %s, not %s", cases[i][0], reading, cases[i][1]);
  }
  g_assert_cmpint(wrong, ==, 0);
}

static void test_pinyin_lexicon_segment(void) {
  static const char *const cases[][2] = {
      {"太极拳视频教学", "太极拳 视频 教学"},
      {"社区老年人手机课", "社区 老年人 手机 课"},
      {"学习书法", "学习 书法"},
      {"高血压食疗", "高血压 食疗"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(FoldedText) folded = fold_text(cases[i][0], strlen(cases[i][0]));
    uint8_t lengths[64];
    g_autoptr(GString) out = g_string_new(NULL);
    pinyin_lexicon_segment(folded->chars, folded->count, lengths);
    for (size_t at = 0; at < folded->count; at++) {
      if (at > 0 && lengths[at] > 0)
        g_string_append_c(out, ' ');
      g_string_append_unichar(out, folded->chars[at]);
    }
    g_assert_cmpstr(out->str, ==, cases[i][1]);
  }
}

static void test_pinyin_lexicon_syllables(void) {
  g_assert_cmpuint(pinyin_syllable_count(), >, 400);
  for (unsigned i = 1; i <= pinyin_syllable_count(); i++) {
    const char *text = pinyin_syllable_text(i);
    g_assert_cmpuint(pinyin_syllable_find(text, strlen(text)), ==, i);
    for (size_t n = 1; n <= strlen(text); n++)
      g_assert_true(pinyin_syllable_has_prefix(text, n));
  }
  g_assert_cmpuint(pinyin_syllable_find("zhx", 3), ==, 0);
  g_assert_cmpuint(pinyin_syllable_find("zhuangx", 7), ==, 0);
  g_assert_false(pinyin_syllable_has_prefix("i", 1));
  g_assert_cmpstr(pinyin_syllable_text(60000), ==, "");
}

static void collect(gpointer data, const SearchKey *key, bool is_first, bool is_last) {
  g_string_append_len(data, key->bytes, (gssize)key->size);
  g_string_append(data, is_first ? is_last ? "!$ " : "! " : is_last ? "$ " : " ");
}

static void test_search_analyze(void) {
  static const struct {
    const char *text;
    bool has_pinyin;
    const char *tokens;
  } cases[] = {
      {"太極", true, "h太! h太极!$ h极$ it! itj!$ ptai! ptai'ji!$ ij$ pji$ "},
      {"学Excel 表", false, "h学! wexcel h表$ "},
      {"3D打印", false, "w3d! h打 h打印$ h印$ "},
      {"，、", true, ""},
      {"太极拳", true,
       "h太! h太极! h极 h极拳$ h拳$ it! itj! itjq!$ ptai! ptai'ji! ij ijq$ pji pji'quan$ iq$ pquan$ "},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(FoldedText) folded = fold_text(cases[i].text, strlen(cases[i].text));
    g_autoptr(GString) tokens = g_string_new(NULL);
    search_analyze(folded, cases[i].has_pinyin, collect, tokens);
    g_assert_cmpstr(tokens->str, ==, cases[i].tokens);
  }
}

static void test_search_analyze_long_word(void) {
  g_autofree char *text = g_strnfill(500, 'x');
  g_autoptr(FoldedText) folded = fold_text(text, 500);
  g_autoptr(GString) tokens = g_string_new(NULL);
  search_analyze(folded, true, collect, tokens);
  g_assert_cmpuint(tokens->len, <=, SEARCH_WORD_SIZE_MAX + 3);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/search/fold/text", test_search_fold_text);
  g_test_add_func("/search/fold/starts", test_search_fold_starts);
  g_test_add_func("/search/pinyin/read", test_pinyin_lexicon_read);
  g_test_add_func("/search/pinyin/segment", test_pinyin_lexicon_segment);
  g_test_add_func("/search/pinyin/syllables", test_pinyin_lexicon_syllables);
  g_test_add_func("/search/analyze/tokens", test_search_analyze);
  g_test_add_func("/search/analyze/long_word", test_search_analyze_long_word);
  return g_test_run();
}
