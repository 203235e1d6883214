/** What the broker is asked to create, move and count. */
@NullMarked
package io.millrace.broker.management;

import org.jspecify.annotations.NullMarked;
