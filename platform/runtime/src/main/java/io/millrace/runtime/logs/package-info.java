/** What functions wrote, kept on disk for a while: one writer, many readers (docs/logs.md). */
@NullMarked
package io.millrace.runtime.logs;

import org.jspecify.annotations.NullMarked;
