/**
 * Streams in shards, as Kinesis has them, on queues of the broker that nobody consumes from (docs/adr/0010).
 */
@NullMarked
package io.millrace.runtime.stream;

import org.jspecify.annotations.NullMarked;
