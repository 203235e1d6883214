/** Queues of Amazon SQS as event sources (lambda-semantics 3.5, 3.11). */
@NullMarked
package io.millrace.source.sqs;

import org.jspecify.annotations.NullMarked;
