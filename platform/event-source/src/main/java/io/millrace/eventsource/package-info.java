/**
 * What a kind of event source implements, so that event source mappings can read it. All methods block and run on
 * threads of the mapping's own; a kind knows nothing of functions, batches, retries or filters.
 */
@NullMarked
package io.millrace.eventsource;

import org.jspecify.annotations.NullMarked;
