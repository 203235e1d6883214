/** Every address of the platform and the broker's policy for it. */
@NullMarked
package io.millrace.broker.topology;

import org.jspecify.annotations.NullMarked;
