/* LIBXSMM's float kernels, where the library is installed; where it is not, there is no kernel for any shape. Linked by
   the flags of pkg-config, so nothing is needed at run time. */

/* The factors come in the order of column-major matrices, the second one first. */
typedef void (*xsmm_kernel)(const float *b, const float *a, float *c);

#if __has_include(<libxsmm.h>)
#include <libxsmm.h>

#define MADSEARCH_HAS_LIBXSMM 1

/* c[rows, columns] = or += op(a) b, all row-major; op(a) is [rows, inner]. LIBXSMM's matrices are column-major: it sees
   the transposes, in the other order. */
static inline xsmm_kernel xsmm_make_kernel(
  int rows, int columns, int inner, int stride_a, int stride_b, int stride_c, int transposes_a, int adds) {
  const float alpha = 1, beta = adds ? 1 : 0;
  const int flags = transposes_a ? LIBXSMM_GEMM_FLAG_TRANS_B : LIBXSMM_GEMM_FLAG_NONE;
  const int prefetch = LIBXSMM_PREFETCH_NONE;
  const libxsmm_smmfunction kernel = libxsmm_smmdispatch(
    columns, rows, inner, &stride_b, &stride_a, &stride_c, &alpha, &beta, &flags, &prefetch);
  return (xsmm_kernel)kernel;
}

/* The floats in a vector of the instruction set that the kernels are made for; 0 if it is too old to be worth it. */
static inline int xsmm_vector_width(void) {
  const int target = libxsmm_get_target_archid();
  return target >= LIBXSMM_X86_AVX512_CORE ? 16 : target >= LIBXSMM_X86_AVX2 ? 8 : 0;
}

/* Its name, e.g. skx. */
static inline const char *xsmm_target_name(void) { return libxsmm_get_target_arch(); }

#else

#define MADSEARCH_HAS_LIBXSMM 0

static inline xsmm_kernel xsmm_make_kernel(
  int rows, int columns, int inner, int stride_a, int stride_b, int stride_c, int transposes_a, int adds) {
  return 0;
}
static inline int xsmm_vector_width(void) { return 0; }
static inline const char *xsmm_target_name(void) { return ""; }

#endif
