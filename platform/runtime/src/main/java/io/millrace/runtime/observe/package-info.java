/** What operators search by. */
@NullMarked
package io.millrace.runtime.observe;

import org.jspecify.annotations.NullMarked;
