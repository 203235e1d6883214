/** Streams of Amazon Kinesis as event sources (lambda-semantics 3.7, 3.11). */
@NullMarked
package io.millrace.source.kinesis;

import org.jspecify.annotations.NullMarked;
