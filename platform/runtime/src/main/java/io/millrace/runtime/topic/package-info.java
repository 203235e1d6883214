/** Topics: one address, many subscribers, each with a queue of its own. */
@NullMarked
package io.millrace.runtime.topic;

import org.jspecify.annotations.NullMarked;
