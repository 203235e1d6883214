/** Event buses: rules choose events by patterns and hand them to targets, each with a queue of its own. */
@NullMarked
package io.millrace.runtime.eventbus;

import org.jspecify.annotations.NullMarked;
