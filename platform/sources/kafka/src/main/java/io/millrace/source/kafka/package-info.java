/**
 * Topics of Apache Kafka, read as a member of a consumer group (lambda-semantics 3.8). One thread for each mapping is
 * the only one that touches its consumer: it fetches into {@link Lanes}, commits, and stays in the group however long
 * functions run.
 */
@NullMarked
package io.millrace.source.kafka;

import org.jspecify.annotations.NullMarked;
