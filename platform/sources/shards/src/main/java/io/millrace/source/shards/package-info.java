/** Reading logs in shards that split and merge: what Kinesis and DynamoDB Streams have in common. */
@NullMarked
package io.millrace.source.shards;

import org.jspecify.annotations.NullMarked;
