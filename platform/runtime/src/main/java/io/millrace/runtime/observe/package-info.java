/** What operators search by and what they are shown: keys of logs, and meters that others count on. */
@NullMarked
package io.millrace.runtime.observe;

import org.jspecify.annotations.NullMarked;
