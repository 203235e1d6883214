/** STATION: the records of outcomes and where they go. */
@NullMarked
package io.millrace.runtime.destination;

import org.jspecify.annotations.NullMarked;
