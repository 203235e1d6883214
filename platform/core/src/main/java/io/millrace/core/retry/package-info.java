/** What becomes of an event after an attempt. */
@NullMarked
package io.millrace.core.retry;

import org.jspecify.annotations.NullMarked;
