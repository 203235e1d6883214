/** The door for EventBridge Scheduler's clients: REST and JSON at {@code /schedules} and {@code /schedule-groups}. */
@NullMarked
package io.millrace.runtime.scheduleapi;

import org.jspecify.annotations.NullMarked;
