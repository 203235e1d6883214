/** What a function is: its name, its limits and how its events are retried. */
@NullMarked
package io.millrace.core.function;

import org.jspecify.annotations.NullMarked;
