/* What the program was built from and for. */

/* The commit, as the script that built it found it, or "unknown". */
const char *madsearch_commit(void);

/* The processor that was asked for, "native" unless MADSEARCH_TARGET_CPU named one. */
const char *madsearch_target_cpu(void);

/* The level of the x86-64 instruction set that this processor has. */
const char *madsearch_instruction_set(void);
