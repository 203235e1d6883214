/** Publishing, receiving and settling. */
@NullMarked
package io.millrace.broker.delivery;

import org.jspecify.annotations.NullMarked;
