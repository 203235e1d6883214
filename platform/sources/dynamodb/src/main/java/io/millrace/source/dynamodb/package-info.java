/** Streams of Amazon DynamoDB tables as event sources (lambda-semantics 3.7, 3.11). */
@NullMarked
package io.millrace.source.dynamodb;

import org.jspecify.annotations.NullMarked;
