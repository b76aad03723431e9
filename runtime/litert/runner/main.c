/* LiteRT's own kernels on a device without Python: the link on stdin and stdout, talk on stderr.
 *
 *     runner LIBRARY BASE [--lock FILE] [--owner WHO] [--limit SECONDS] [--version V] [--board NAME] [--os NAME]
 *            [--cpu NAME]
 *
 * LIBRARY is libLiteRt.so, whose C interface it calls; models lie in BASE/cache, and it deploys nothing.
 * --lock is held for as long as the process lives; when another one holds it, this one ends with status 75 and
 * `busy WHO SECONDS`. --limit ends a process that has neither answered nor said that it goes on for so long. */
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ef_hold.h"
#include "ef_litert_server.h"

int main(int argc, char **argv) {
    static struct ef_litert_server server;
    const char *lock = NULL, *owner = "?";
    int locked = -1;
    server.version = server.board = server.os = server.cpu = "";
    if (argc < 3 || argc % 2 == 0) {
        (void)fprintf(stderr, "usage: runner LIBRARY BASE [--lock FILE] [--owner WHO] [--limit SECONDS] "
                              "[--version V] [--board NAME] [--os NAME] [--cpu NAME]\n");
        return 2;
    }
    for (int i = 3; i < argc; i += 2) {
        const struct {
            const char *name, **value;
        } options[] = {{"--lock", &lock},           {"--owner", &owner},   {"--version", &server.version},
                       {"--board", &server.board}, {"--os", &server.os}, {"--cpu", &server.cpu}};
        bool known = strcmp(argv[i], "--limit") == 0;
        if (known)
            server.limit_s = (unsigned)strtoul(argv[i + 1], NULL, 10);
        for (size_t j = 0; j < sizeof options / sizeof options[0]; j++)
            if (strcmp(argv[i], options[j].name) == 0) {
                *options[j].value = argv[i + 1];
                known = true;
            }
        if (!known) {
            (void)fprintf(stderr, "runner: there is no option '%s'\n", argv[i]);
            return 2;
        }
    }
    if (lock) {
        locked = ef_hold(lock, owner);
        if (locked < 0)
            return 1;
    }
    server.base = argv[2];
    server.in = STDIN_FILENO;
    server.out = dup(STDOUT_FILENO); /* what a library prints is no frame: it goes to stderr */
    if (server.out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        perror("runner");
        return 1;
    }
    const char *missing = ef_litert_load(&server.litert, argv[1]);
    if (missing) {
        (void)fprintf(stderr, "LiteRT cannot be used: %s\n", missing);
        return 1;
    }
    server.model.litert = &server.litert;
    (void)signal(SIGPIPE, SIG_IGN);
    ef_litert_serve(&server);
    if (locked >= 0 && ftruncate(locked, 0) != 0)
        perror(lock);
    _exit(0); /* LiteRT's threads are not waited for */
}
