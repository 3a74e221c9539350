#include "build.h"

const char *madsearch_commit(void) { return MADSEARCH_COMMIT; }

const char *madsearch_target_cpu(void) { return MADSEARCH_TARGET_CPU; }

const char *madsearch_instruction_set(void) {
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__)
  return "x86-64-v4";
#elif defined(__AVX2__) && defined(__BMI2__) && defined(__F16C__) && defined(__FMA__) && defined(__LZCNT__)
  return "x86-64-v3";
#elif defined(__SSE4_2__) && defined(__POPCNT__)
  return "x86-64-v2";
#elif defined(__x86_64__)
  return "x86-64";
#else
  return "no x86-64";
#endif
}
