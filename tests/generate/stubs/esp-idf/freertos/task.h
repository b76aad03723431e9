/* See ../../README.md. */
