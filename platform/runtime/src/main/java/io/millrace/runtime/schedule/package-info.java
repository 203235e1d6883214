/** Schedules: what is due when, and the tokens at the broker that have it happen once. */
@NullMarked
package io.millrace.runtime.schedule;

import org.jspecify.annotations.NullMarked;
