/** Dead letters of any Artemis broker: looked at without touching, moved back without losing or doubling. */
@NullMarked
package io.millrace.deadletter;

import org.jspecify.annotations.NullMarked;
