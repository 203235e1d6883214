/** The connection to the broker, and how its absence is told. */
@NullMarked
package io.millrace.broker.connection;

import org.jspecify.annotations.NullMarked;
