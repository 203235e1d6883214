/** Event source mappings: which functions are fed from which queues, and the pollers that do it. */
@NullMarked
package io.millrace.runtime.mapping;

import org.jspecify.annotations.NullMarked;
