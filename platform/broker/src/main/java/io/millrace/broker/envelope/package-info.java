/** Message to event and back. */
@NullMarked
package io.millrace.broker.envelope;

import org.jspecify.annotations.NullMarked;
