/* A stand-in for Google's benchmark_model, which no package index has: it prints lines of the tool's documented form.
 * It measures nothing. `--graph=FILE` has to be there; the environment is not looked at; a model named …fail_MODE is
 * not needed, because the mode is compiled in: -DMODE=0 works, others misbehave. */
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef MODE
#define MODE 0
#endif

int main(int argc, char **argv) {
    const char *graph = NULL, *threads = "?";
    int profile = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--graph=", 8) == 0)
            graph = argv[i] + 8;
        if (strncmp(argv[i], "--num_threads=", 14) == 0)
            threads = argv[i] + 14;
        profile |= strcmp(argv[i], "--enable_op_profiling=true") == 0;
    }
    FILE *file = graph ? fopen(graph, "rb") : NULL;
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        puts("ERROR: Failed to load the model.");
        return 1;
    }
    if (MODE == 1)
        raise(SIGSEGV);
    if (MODE == 2)
        return 0;
    if (MODE == 3) {
        puts("usage: frobnicate [OPTIONS]");
        return 0;
    }
    for (long i = 0; MODE == 4 && i < 200000; i++)
        puts("INFO: and so on, and so on, and so on");
    for (signal(SIGTERM, MODE == 5 ? SIG_IGN : SIG_DFL); MODE == 5;)
        sleep(1);
    printf("INFO: Num threads: [%s]\nINFO: The input model file size (MB): %g\n", threads, (double)ftell(file) / 1e6);
    puts("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.");
    puts("INFO: Initialized session in 0.855ms.");
    puts("INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 "
         "seconds.");
    puts("INFO: count=16 first=49060 curr=34005 min=33100 max=49060 avg=34825.1 std=3700");
    puts("INFO: ");
    puts("INFO: Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 "
         "seconds.");
    puts("INFO: count=50 first=32891 curr=33978 min=32641 max=34005 avg=33209.4 std=450 p5=32650 median=33190 p95=33990");
    puts("INFO: ");
    puts("INFO: Inference timings in us: Init: 855, First inference: 49060, Warmup (avg): 34825.1, Inference (avg): "
         "33209.4");
    puts("INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE to the "
         "actual memory footprint of the model at runtime. Take the information at your discretion.");
    puts("INFO: Memory footprint delta from the start of the tool (MB): init=0 overall=12.8672");
    puts("INFO: Overall peak memory footprint (MB) via periodic monitoring: 13.1");
    if (profile) {
        puts("INFO: Operator-wise Profiling Info for Regular Benchmark Runs:");
        puts("============================== Run Order ==============================");
        puts("\t[node type]\t[first]\t[avg ms]\t[%]\t[cdf%]\t[mem KB]\t[times called]\t[Name]");
        puts("\tCONV_2D\t0.020\t0.018\t75.000%\t75.000%\t0.000\t1\t[conv]:0");
        puts("\tSOFTMAX\t0.007\t0.006\t25.000%\t100.000%\t0.000\t1\t[probabilities]:1");
        puts("");
        puts("============================== Top by Computation Time ==============================");
        puts("\t[node type]\t[first]\t[avg ms]\t[%]\t[cdf%]\t[mem KB]\t[times called]\t[Name]");
        puts("\tCONV_2D\t0.020\t0.018\t75.000%\t75.000%\t0.000\t1\t[conv]:0");
    }
    return MODE == 6 ? 3 : 0;
}
