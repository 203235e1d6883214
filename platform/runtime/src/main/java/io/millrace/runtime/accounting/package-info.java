/** What became of every accepted event: the equation that proves nothing was lost. */
@NullMarked
package io.millrace.runtime.accounting;

import org.jspecify.annotations.NullMarked;
