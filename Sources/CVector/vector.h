// One vector operation that Swift does not have: SIMD.addingProduct works lane by lane and leaves it to the optimiser to
// find the vector again, which it fails to do in larger loops.

typedef float FloatVector16 __attribute__((ext_vector_type(16)));

// sum + a * b, rounded once.
static inline __attribute__((always_inline)) FloatVector16
vector16_adding_product(FloatVector16 sum, FloatVector16 a, FloatVector16 b) {
  return __builtin_elementwise_fma(a, b, sum);
}
