/** Who holds how many permits. */
@NullMarked
package io.millrace.core.concurrency;

import org.jspecify.annotations.NullMarked;
