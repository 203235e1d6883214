@NullMarked
package io.millrace.idempotency;

import org.jspecify.annotations.NullMarked;
