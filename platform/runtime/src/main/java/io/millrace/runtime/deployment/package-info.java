/** What happens when a function is created, changed or removed: shelf, queues, environments, workers. */
@NullMarked
package io.millrace.runtime.deployment;

import org.jspecify.annotations.NullMarked;
