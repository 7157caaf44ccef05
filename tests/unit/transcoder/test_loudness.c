#include "transcoder/limiter.h"
#include "transcoder/loudness.h"

#include <ebur128.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#define RATE_HZ 48000
#define SAMPLES (4 * RATE_HZ)

static float sound[SOUND_CHANNELS][SAMPLES];

/** Sounds whose peaks lie between samples, and others that try a limiter. */
typedef enum { QUARTER_RATE, HIGH, NOISE, CLICKS, SWELL, SQUARE, KIND_COUNT } Kind;

static double value(Kind kind, int i, int channel, GRand *random) {
  switch (kind) {
  case QUARTER_RATE: /* +3 dB between samples */
    return sin(G_PI / 2 * i + G_PI / 4);
  case HIGH:
    return sin(2 * G_PI * 9973.0 / RATE_HZ * i + channel);
  case NOISE:
    return g_rand_double_range(random, -2, 2);
  case CLICKS:
    return (i % 7001 == 0 ? 3.0 : 0.0) + 0.3 * sin(0.02 * i);
  case SWELL:
    return 3.0 * i / SAMPLES * sin(0.05 * i + 0.3 * channel);
  case SQUARE:
    return (i / 37) % 2 == 0 ? 1.4 : -1.4;
  case KIND_COUNT:
    break;
  }
  return 0;
}

static void make_sound(Kind kind) {
  g_autoptr(GRand) random = g_rand_new_with_seed(7);
  for (int i = 0; i < SAMPLES; i++) {
    for (int channel = 0; channel < SOUND_CHANNELS; channel++)
      sound[channel][i] = (float)value(kind, i, channel, random);
  }
}

/** As the library sees it. */
static double reference_peak_db(void) {
  ebur128_state *state = ebur128_init(SOUND_CHANNELS, RATE_HZ, EBUR128_MODE_TRUE_PEAK);
  double highest = 0;
  for (int i = 0; i < SAMPLES; i++) {
    float pair[] = {sound[0][i], sound[1][i]};
    ebur128_add_frames_float(state, pair, 1);
  }
  for (unsigned channel = 0; channel < SOUND_CHANNELS; channel++) {
    double peak = 0;
    g_assert_cmpint(ebur128_true_peak(state, channel, &peak), ==, EBUR128_SUCCESS);
    highest = MAX(highest, peak);
  }
  ebur128_destroy(&state);
  return 20 * log10(highest);
}

static void test_true_peak_like_reference(void) {
  static float peaks[SAMPLES];
  for (Kind kind = 0; kind < KIND_COUNT; kind++) {
    make_sound(kind);
    g_autoptr(TruePeak) detector = true_peak_new();
    float *planes[] = {sound[0], sound[1]}, highest = 0;
    true_peak_process(detector, planes, SAMPLES, 0, peaks);
    for (int i = 0; i < SAMPLES; i++)
      highest = MAX(highest, peaks[i]);
    double ours = 20 * log10((double)highest), reference = reference_peak_db();
    g_test_message("kind %d: %.2f dBTP, the library says %.2f", (int)kind, ours, reference);
    /* near half the rate, where only noise goes, its filter reads lower than ours */
    g_assert_cmpfloat(ours, >, reference - 0.2);
    g_assert_cmpfloat(ours, <, reference + (kind == NOISE ? 0.9 : 0.35));
  }
}

/** Whatever comes in, what goes out stays below the ceiling, for the library too. */
static void test_limiter_ceiling(void) {
  for (Kind kind = 0; kind < KIND_COUNT; kind++) {
    make_sound(kind);
    g_autoptr(Limiter) limiter = limiter_new(-2.0, RATE_HZ);
    float *planes[] = {sound[0], sound[1]};
    limiter_process(limiter, planes, SAMPLES);
    double peak = reference_peak_db();
    g_test_message("kind %d: %.2f dBTP", (int)kind, peak);
    g_assert_cmpfloat(peak, <=, -2.0 + 0.35);
    g_assert_cmpfloat(peak, >=, -4.0); /* and is not needlessly lower */
  }
}

/** What is below the ceiling passes bit by bit, LIMITER_DELAY later. */
static void test_limiter_transparent(void) {
  static float before[SAMPLES];
  make_sound(HIGH);
  for (int i = 0; i < SAMPLES; i++) {
    sound[0][i] *= 0.7f;
    sound[1][i] *= 0.7f;
  }
  memcpy(before, sound[0], sizeof before);
  g_autoptr(Limiter) limiter = limiter_new(-2.0, RATE_HZ);
  float *planes[] = {sound[0], sound[1]};
  limiter_process(limiter, planes, SAMPLES);
  for (int i = 0; i < LIMITER_DELAY; i++)
    g_assert_true(sound[0][i] == 0);
  g_assert_cmpmem(sound[0] + LIMITER_DELAY, (SAMPLES - LIMITER_DELAY) * sizeof(float), before,
                  (SAMPLES - LIMITER_DELAY) * sizeof(float));
}

/** In portions of any size the result is the same. */
static void test_limiter_portions(void) {
  static float whole[SOUND_CHANNELS][SAMPLES];
  make_sound(SWELL);
  memcpy(whole, sound, sizeof whole);
  g_autoptr(Limiter) one = limiter_new(-2.0, RATE_HZ), other = limiter_new(-2.0, RATE_HZ);
  float *planes[] = {whole[0], whole[1]};
  limiter_process(one, planes, SAMPLES);
  for (int done = 0, part = 1; done < SAMPLES; done += part, part = MIN(part * 2 % 1031 + 1, SAMPLES - done)) {
    float *from[] = {sound[0] + done, sound[1] + done};
    limiter_process(other, from, part);
  }
  g_assert_cmpmem(whole, sizeof whole, sound, sizeof sound);
}

/** The gain falls by degrees before a peak: no step louder than a fiftieth of the way in a millisecond. */
static void test_limiter_looks_ahead(void) {
  for (int i = 0; i < SAMPLES; i++)
    sound[0][i] = sound[1][i] = i == SAMPLES / 2 ? 4.0f : 0.25f;
  g_autoptr(Limiter) limiter = limiter_new(-2.0, RATE_HZ);
  float *planes[] = {sound[0], sound[1]};
  limiter_process(limiter, planes, SAMPLES);
  int peak = SAMPLES / 2 + LIMITER_DELAY;
  float least = 1;
  for (int i = LIMITER_DELAY + 1; i < SAMPLES; i++) {
    if (i == peak)
      continue;
    least = MIN(least, sound[0][i] / 0.25f);
    g_assert_cmpfloat(fabsf(sound[0][i] - sound[0][i - 1 - (i == peak + 1)]), <, 0.25 / LIMITER_LOOK_AHEAD * 4);
  }
  g_assert_cmpfloat(least, <, 0.25);
  g_assert_cmpfloat(sound[0][peak - LIMITER_LOOK_AHEAD - 10], ==, 0.25f);
  g_assert_cmpfloat(sound[0][SAMPLES - 1], >, 0.2499f);
}

static void test_loudness_gain(void) {
  static const struct {
    double lufs, gain_db;
  } cases[] = {{-16, 0},   {-23, 7}, {-9.5, -6.5},   {-36, 20}, {-45, 20},
               {-50.5, 0}, {-70, 0}, {-HUGE_VAL, 0}, {20, -30}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    Loudness loudness = {.lufs = cases[i].lufs};
    g_assert_cmpfloat_with_epsilon(loudness_gain_db(&loudness), cases[i].gain_db, 1e-9);
  }
}

static void test_loudness_is_fit(void) {
  static const struct {
    Loudness loudness;
    bool is_fit;
  } cases[] = {{{.lufs = -16, .peak_dbtp = -3}, true},
               {{.lufs = -16.9, .peak_dbtp = -1}, true},
               {{.lufs = -17.1, .peak_dbtp = -3}, false},
               {{.lufs = -14.9, .peak_dbtp = -3}, false},
               {{.lufs = -16, .peak_dbtp = -0.9}, false},
               {{.lufs = -HUGE_VAL, .peak_dbtp = -HUGE_VAL}, false},
               {{.lufs = -16, .peak_dbtp = -3, .is_damaged = true}, false}};
  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
    g_assert_cmpint(loudness_is_fit(&cases[i].loudness), ==, cases[i].is_fit);
}

int main(int argc, char **argv) {
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/true-peak/like-reference", test_true_peak_like_reference);
  g_test_add_func("/limiter/ceiling", test_limiter_ceiling);
  g_test_add_func("/limiter/transparent", test_limiter_transparent);
  g_test_add_func("/limiter/portions", test_limiter_portions);
  g_test_add_func("/limiter/looks-ahead", test_limiter_looks_ahead);
  g_test_add_func("/loudness/gain", test_loudness_gain);
  g_test_add_func("/loudness/is-fit", test_loudness_is_fit);
  return g_test_run();
}
