/**
 * Runs a share of a function's events by another version too, and compares what came of both. An event neither waits for
 * its copy nor fails by it (docs/shadow.md, docs/adr/0019).
 */
@NullMarked
package io.millrace.runtime.shadow;

import org.jspecify.annotations.NullMarked;
