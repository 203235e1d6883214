/** Who calls, and what they may do. */
@NullMarked
package io.millrace.runtime.access;

import org.jspecify.annotations.NullMarked;
