/** Connections to the broker that come back by themselves. */
@NullMarked
package io.millrace.broker.connection;

import org.jspecify.annotations.NullMarked;
