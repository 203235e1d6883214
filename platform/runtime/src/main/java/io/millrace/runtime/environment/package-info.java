/** STATION: where handlers run, one invocation at a time each. */
@NullMarked
package io.millrace.runtime.environment;

import org.jspecify.annotations.NullMarked;
