/* The counter where only this folder is searched for headers (programs without the link). */
#include "../bare/counter.h"
