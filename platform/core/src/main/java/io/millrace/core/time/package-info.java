/** Times as clients write them. */
@NullMarked
package io.millrace.core.time;

import org.jspecify.annotations.NullMarked;
