// Says in one line that this CPU is too old, before anything that was compiled for a newer one runs: the rest of the
// program, also the standard library's own test for it, is built for x86-64-v3. This file is built for every x86-64.
#include <string.h>
#include <unistd.h>

__attribute__((constructor(101))) static void look_at_the_cpu(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2")) {
        return;
    }
    static const char problem[] =
        "This build of Lumen needs a CPU with AVX2 (x86-64-v3, from about 2015 on). "
        "Build it on this machine with RUSTFLAGS=\"-C target-cpu=native\".\n";
    ssize_t written = write(STDERR_FILENO, problem, strlen(problem));
    (void)written;
    _exit(2);
}
