#include <cblas.h>

/* How many vectors of sixteen floats the registers of the target hold. */
#ifdef __AVX512F__
#define MADSEARCH_VECTOR_REGISTERS 32
#else
#define MADSEARCH_VECTOR_REGISTERS 8
#endif
