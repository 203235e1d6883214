/** STATION: takes messages from the queues of subscriptions and sends each on to its target, all or nothing. */
@NullMarked
package io.millrace.runtime.relay;

import org.jspecify.annotations.NullMarked;
