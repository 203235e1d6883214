/** STATION: who may run under an idempotency key, asked without blocking. */
@NullMarked
package io.millrace.runtime.idempotency;

import org.jspecify.annotations.NullMarked;
