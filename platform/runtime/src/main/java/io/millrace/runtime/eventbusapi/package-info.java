/** The door for EventBridge's clients: AWS JSON 1.1 at {@code POST /}. */
@NullMarked
package io.millrace.runtime.eventbusapi;

import org.jspecify.annotations.NullMarked;
