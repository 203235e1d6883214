/** STATION: which events somebody wants. */
@NullMarked
package io.millrace.runtime.pattern;

import org.jspecify.annotations.NullMarked;
