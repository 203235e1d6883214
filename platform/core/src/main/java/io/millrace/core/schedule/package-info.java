/** When something is due: the schedule expressions of AWS. */
@NullMarked
package io.millrace.core.schedule;

import org.jspecify.annotations.NullMarked;
