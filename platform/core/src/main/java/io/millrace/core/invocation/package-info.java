/** One request to run a function, and how an attempt at it ends. */
@NullMarked
package io.millrace.core.invocation;

import org.jspecify.annotations.NullMarked;
