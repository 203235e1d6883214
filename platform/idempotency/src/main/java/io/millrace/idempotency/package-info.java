/** Idempotency keys: who may run under a key, and what came of it. */
@NullMarked
package io.millrace.idempotency;

import org.jspecify.annotations.NullMarked;
